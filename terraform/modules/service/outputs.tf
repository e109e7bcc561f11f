output "functions" {
  description = "The functions by name, with what invokes and watches them."
  value = {
    for name, function in module.function : name => {
      name            = function.name
      arn             = function.arn
      version         = function.version
      alias_arn       = function.alias_arn
      invoke_arn      = function.invoke_arn
      log_group       = function.log_group
      timeout_seconds = local.functions[name].timeout_seconds
      alarms          = local.function_alarm_names[name]
      settings        = local.environments[name]

      # Null for what no queue triggers.
      queue_concurrency = try(aws_lambda_event_source_mapping.queue[name].scaling_config[0].maximum_concurrency, null)
    }
  }

  precondition {
    condition     = length(local.unknown) == 0
    error_message = <<-EOT
      ${var.folder}/service.yaml refers to what does not exist in the context:
      ${join("\n", local.unknown)}
      Correct the reference, or add the resource. A stage/... is a key of the variable values.
    EOT
  }
}

output "routes" {
  description = "Routes of the HTTP API, as in GET /products, with the function behind each and the scope it asks for."
  value = {
    for name, trigger in local.routed : trigger.http => {
      function_name = module.function[name].name
      alias_name    = module.function[name].alias_name
      invoke_arn    = module.function[name].invoke_arn
      scope         = lookup(trigger, "scope", null)
    }
  }
}

output "user_pool_triggers" {
  description = "Functions that a user pool asks, by the moment at which it does, as in pre_token_generation."
  value = {
    for name, trigger in local.asked : trigger.user_pool => {
      function_name = module.function[name].name
      alias_name    = module.function[name].alias_name
      alias_arn     = module.function[name].alias_arn
    }
  }

  precondition {
    condition     = alltrue([for trigger in values(local.asked) : trigger.user_pool == "pre_token_generation"])
    error_message = <<-EOT
      ${var.folder}/service.yaml: a user pool asks functions at pre_token_generation only. For another moment, teach
      modules/user-pool and shared/topology that one first.
    EOT
  }

  precondition {
    condition     = alltrue([for name in keys(local.asked) : local.functions[name].timeout_seconds <= 5])
    error_message = <<-EOT
      ${var.folder}/service.yaml: Cognito waits five seconds for a function, and then issues no token. Give
      ${join(" and ", keys(local.asked))} a timeout_seconds of 5 at most.
    EOT
  }
}

output "topics" {
  description = "ARNs of the topics by name."
  value       = { for name, topic in module.topic : name => topic.arn }
}

output "queues" {
  description = "The queues by name, with their dead-letter queues."
  value       = module.queue
}

output "subscriptions" {
  description = "What the queues want of which topic, by context/queue. Topics are called context/name."
  value = {
    for name, queue in local.queues : "${local.context}/${name}" => {
      topic           = queue.subscribe.topic
      types           = queue.subscribe.types
      queue_arn       = module.queue[name].arn
      queue_url       = local.values["queue/${name}"]
      dead_letter_arn = module.queue[name].dead_letter_arn
    } if can(queue.subscribe)
  }
}

output "buckets" {
  description = "What the buckets have to be like, by context/bucket. The environment makes them."
  value = {
    for name, bucket in local.buckets : "${local.context}/${name}" => {
      name          = local.names["bucket/${name}"]
      host          = "${local.names["bucket/${name}"]}.s3.${var.region}.${local.dns_suffix}"
      key_arn       = can(bucket.served_at) ? null : var.key_arn
      expire_days   = lookup(bucket, "expire_days", null)
      served_at     = lookup(bucket, "served_at", null)
      takes_uploads = lookup(bucket, "takes_uploads", false)
      queue_arn = one([
        for key, queue in local.queues : module.queue[key].arn if try(queue.notified_by.bucket, null) == name
      ])
    }
  }
}

output "tables" {
  description = "The tables by name."
  value = {
    for name, table in module.table :
    name => { name = table.name, arn = table.arn, warm_throughput = table.warm_throughput }
  }
}

output "sagas" {
  description = "The sagas by name."
  value       = module.saga
}

output "secrets" {
  description = "ARNs of the secrets by name."
  value       = { for name, secret in module.secret : name => secret.arn }
}

output "codedeploy" {
  description = "The CodeDeploy application and its deployment groups by function; null if CodeDeploy moves no alias."
  value = length(local.deployed) == 0 ? null : {
    application = aws_codedeploy_app.this[0].name
    groups      = { for name, group in aws_codedeploy_deployment_group.this : name => group.deployment_group_name }
  }
}

output "alarms" {
  description = "Names of all alarms of the context, without the composite one."
  value       = values(module.alarms.names)
}

output "composite_alarm" {
  description = "Name of the alarm that rings while any other of the context does."
  value       = aws_cloudwatch_composite_alarm.this.alarm_name
}
