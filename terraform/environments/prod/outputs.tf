output "stage" {
  description = "The stage's name."
  value       = var.stage.name
}

output "region" {
  description = "The stage's region."
  value       = var.stage.region
}

output "tags" {
  description = "The tags that everything in the stage has, by which it can be found."
  value       = { project = "emporium", stage = var.stage.name }
}

output "api_url" {
  description = "Where the API answers, without a slash at the end."
  value       = module.http_api.url
}

output "api_id" {
  description = "The API's id."
  value       = module.http_api.id
}

output "api_log_group" {
  description = "The log group of the API's access logs."
  value       = module.http_api.log_group
}

output "edge_url" {
  description = "Where customers reach the API through CloudFront and its firewall; null if the stage has none."
  value       = one(module.edge[*].url)
}

output "site_url" {
  description = "Where the storefront is; null if the stage has none."
  value       = var.stage.storefront == null ? null : one(module.edge[*].url)
}

output "accounts" {
  description = "The user pool: its id, the group of admins, how pages sign in; null if the stage has another issuer."
  value = var.stage.accounts == null ? null : {
    user_pool_id = module.user_pool[0].id
    admins_group = module.user_pool[0].admins_group
    login        = module.user_pool[0].login
  }
}

output "tokens" {
  description = "Whose tokens the API takes: issuer, audience, and what comes before a route's scope."
  value       = local.tokens
}

output "functions" {
  description = "The functions by context/function, with the version that was published last."
  value = merge([for context, service in module.service : {
    for key, function in service.functions : "${context}/${key}" => {
      name      = function.name
      version   = function.version
      alias_arn = function.alias_arn
      log_group = function.log_group
    }
  }]...)
}

output "tables" {
  description = "Names of the tables by context/table."
  value = merge([for context, service in module.service : {
    for key, table in service.tables : "${context}/${key}" => table.name
  }]...)
}

output "topics" {
  description = "ARNs of the topics by context/topic."
  value = merge([for context, service in module.service : {
    for key, arn in service.topics : "${context}/${key}" => arn
  }]...)
}

output "queues" {
  description = "URLs of the queues by context/queue."
  value = merge([for context, service in module.service : {
    for key, queue in service.queues : "${context}/${key}" => queue.url
  }]...)
}

output "dead_letter_queues" {
  description = "URLs of the dead-letter queues by the context/queue whose letters they hold."
  value = merge([for context, service in module.service : {
    for key, queue in service.queues : "${context}/${key}" => queue.dead_letter_url
  }]...)
}

output "sagas" {
  description = "ARNs and types of the sagas by context/saga."
  value = merge([for context, service in module.service : {
    for key, saga in service.sagas : "${context}/${key}" => { arn = saga.arn, type = saga.type }
  }]...)
}

output "secrets" {
  description = "ARNs of the secrets by context/secret."
  value = merge([for context, service in module.service : {
    for key, arn in service.secrets : "${context}/${key}" => arn
  }]...)
}

output "buckets" {
  description = "Names of the buckets by context/bucket."
  value       = { for key, bucket in module.bucket : key => bucket.name }
}

output "failed_records_bucket" {
  description = "The bucket for stream records that a publisher gave up on."
  value       = module.failed_records.name
}

output "mail" {
  description = "The SES identity, the DNS records that it needs, and the topic for bounces and complaints."
  value = {
    identity           = module.email_identity.identity
    dkim_records       = module.email_identity.dkim_records
    feedback_topic_arn = module.email_identity.feedback_topic_arn
  }
}

output "alarm_topic_arn" {
  description = "ARN of the topic that hears of every alarm."
  value       = module.alarm_topic.arn
}

output "alarms" {
  description = "Names of all alarms."
  value = sort(concat(
    flatten([for service in module.service : concat(service.alarms, [service.composite_alarm])]),
    module.http_api.alarms,
    module.email_identity.alarms,
  ))
}

output "dashboard_url" {
  description = "Where the dashboard is."
  value       = module.dashboard.url
}

output "rollout" {
  description = "How new versions of functions get their traffic: all_at_once, weighted or codedeploy."
  value       = var.stage.rollout.kind
}

output "codedeploy" {
  description = "CodeDeploy's application and deployment groups by context, if it moves the aliases; otherwise empty."
  value       = { for context, service in module.service : context => service.codedeploy if service.codedeploy != null }
}
