# What resources are called. Names and ARNs are computed and never read from another resource: the saga needs the
# functions and a function needs the saga, which would be a cycle. shared/topology/src/names.rs computes the same.

locals {
  prefix     = "emporium-${var.stage}-${local.context}"
  partition  = data.aws_partition.current.partition
  dns_suffix = data.aws_partition.current.dns_suffix

  arn_prefix = {
    for service in ["dynamodb", "lambda", "secretsmanager", "sns", "sqs", "states"] :
    service => "arn:${local.partition}:${service}:${var.region}:${var.account}"
  }

  # Full names of everything that a setting or a grant can refer to, as in table/orders.
  names = {
    for reference in concat(
      [for name in keys(local.tables) : "table/${name}"],
      [for name in keys(local.topics) : "topic/${name}"],
      [for name in keys(local.queues) : "queue/${name}"],
      [for name in keys(local.queues) : "dead-letters/${name}"],
      [for name in keys(local.buckets) : "bucket/${name}"],
      [for name in keys(local.sagas) : "saga/${name}"],
      [for name in keys(local.secrets) : "secret/${name}"],
    ) : reference => "${local.prefix}-${split("/", reference)[1]}${lookup(local.endings, split("/", reference)[0], "")}"
  }

  # No two buckets of all accounts have the same name.
  endings = { dead-letters = "-dead", bucket = "-${var.account}" }

  # Topics may be another context's.
  subscribed_topics = {
    for name, queue in local.queues :
    name => "${local.arn_prefix.sns}:emporium-${var.stage}-${replace(queue.subscribe.topic, "/", "-")}"
    if can(queue.subscribe)
  }

  # What buckets tell queues of, by the queue.
  notifying_buckets = {
    for name, queue in local.queues :
    name => "arn:${local.partition}:s3:::${local.prefix}-${queue.notified_by.bucket}${local.endings.bucket}"
    if can(queue.notified_by)
  }

  # Every queue of the shop, as context/queue: the contexts are beside each other.
  shop_queues = sort(flatten([
    for file in fileset("${var.folder}/..", "*/service.yaml") : [
      for queue in keys(lookup(yamldecode(file("${var.folder}/../${file}")), "queues", {})) :
      "${dirname(file)}/${queue}"
    ]
  ]))

  queue_url_base = coalesce(var.queue_url_base, "https://sqs.${var.region}.${local.dns_suffix}/${var.account}")

  # What is of all contexts, and how the names of it end.
  shop = { "shop/queues" = "", "shop/dead-letters" = local.endings.dead-letters }

  # What a reference stands for in a setting.
  values = merge(
    {
      for reference, name in local.names : reference => {
        table        = name
        topic        = "${local.arn_prefix.sns}:${name}"
        queue        = "${local.queue_url_base}/${name}"
        dead-letters = "${local.queue_url_base}/${name}"
        bucket       = name
        saga         = "${local.arn_prefix.states}:stateMachine:${name}"
        secret       = name
      }[split("/", reference)[0]]
    },
    {
      for reference, ending in local.shop : reference => join(",", [
        for queue in local.shop_queues :
        "${queue}=${local.queue_url_base}/emporium-${var.stage}-${replace(queue, "/", "-")}${ending}"
      ])
    },
    { for name, value in var.values : "stage/${name}" => value },
    { "email/sender" = var.sender.address },
  )

  # What a reference stands for in a grant: of a bucket its objects, and of a secret whatever six characters AWS adds to
  # its ARN.
  resources = merge(
    {
      for reference, name in local.names : reference => [{
        table        = "${local.arn_prefix.dynamodb}:table/${name}"
        topic        = "${local.arn_prefix.sns}:${name}"
        queue        = "${local.arn_prefix.sqs}:${name}"
        dead-letters = "${local.arn_prefix.sqs}:${name}"
        bucket       = "arn:${local.partition}:s3:::${name}/*"
        saga         = "${local.arn_prefix.states}:stateMachine:${name}"
        secret       = "${local.arn_prefix.secretsmanager}:secret:${name}-??????"
      }[split("/", reference)[0]]]
    },
    { for reference, ending in local.shop : reference => ["${local.arn_prefix.sqs}:emporium-${var.stage}-*${ending}"] },
    { "email/sender" = compact([var.sender.identity_arn, var.sender.configuration_set_arn]) },
  )
}
