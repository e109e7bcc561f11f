# What each function may do: what its grants say, what its trigger implies, and the key for both. Nothing else.

locals {
  iam_prefixes = {
    table        = "dynamodb"
    topic        = "sns"
    queue        = "sqs"
    dead-letters = "sqs"
    shop         = "sqs"
    bucket       = "s3"
    saga         = "states"
    secret       = "secretsmanager"
    email        = "ses"
  }

  # One statement per grant: table/orders: [GetItem] is TableOrders, dynamodb:GetItem on the table.
  granted = {
    for name, function in local.functions : name => [
      for reference, actions in lookup(function, "grants", {}) : {
        sid        = local.sids[reference]
        actions    = [for action in actions : "${local.iam_prefixes[split("/", reference)[0]]}:${action}"]
        resources  = local.resources[reference]
        conditions = reference == "email/sender" ? local.only_as_sender : []
      } if contains(keys(local.resources), reference)
    ]
  }

  # Query and Scan go to a table's indexes too, if it has any.
  granted_indexes = {
    for name, function in local.functions : name => [
      for reference, actions in lookup(function, "grants", {}) : {
        sid        = "${local.sids[reference]}Indexes"
        actions    = [for action in setintersection(["Query", "Scan"], actions) : "dynamodb:${action}"]
        resources  = ["${local.resources[reference][0]}/index/*"]
        conditions = []
      }
      if contains(local.indexed, reference) && length(setintersection(["Query", "Scan"], actions)) > 0
    ]
  }
  indexed = [for name, table in local.tables : "table/${name}" if length(lookup(table, "indexes", {})) > 0]

  # An event source mapping works under the function's role.
  implied = {
    for name, function in local.functions : name => concat(
      can(function.trigger.queue) ? [{
        sid        = "Receives"
        actions    = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        resources  = local.resources["queue/${function.trigger.queue}"]
        conditions = []
      }] : [],
      can(function.trigger.stream) ? [
        {
          sid = "ReadsStream"
          actions = [
            "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
          ]
          resources  = ["${local.resources["table/${function.trigger.stream}"][0]}/stream/*"]
          conditions = []
        },
        {
          sid        = "KeepsFailedRecords"
          actions    = ["s3:PutObject"]
          resources  = ["${var.failed_records.arn}/*"]
          conditions = []
        },
        {
          sid        = "FindsFailedRecordsBucket"
          actions    = ["s3:ListBucket"]
          resources  = [var.failed_records.arn]
          conditions = []
        },
      ] : [],
    )
  }

  # Services that use the key in the function's name: all decrypt; those that take something in encrypt, too.
  decrypting = {
    for name, function in local.functions : name => sort(distinct(compact(concat(
      [for kind in local.encrypted[name] : lookup(local.decrypts, kind, "")],
      can(function.trigger.queue) ? ["sqs"] : [],
      can(function.trigger.stream) ? ["dynamodb"] : [],
    ))))
  }
  encrypting = {
    for name, function in local.functions : name => sort(distinct(compact(concat(
      [for kind in local.encrypted[name] : lookup(local.encrypts, kind, "")],
      can(function.trigger.stream) ? ["s3"] : [],
    ))))
  }
  decrypts = merge(local.encrypts, { table = "dynamodb", secret = "secretsmanager" })
  encrypts = { topic = "sns", queue = "sqs", dead-letters = "sqs", shop = "sqs", bucket = "s3", saga = "states" }

  # Kinds of what a function was granted, without buckets that everybody reads: S3's own key encrypts those.
  encrypted = {
    for name, function in local.functions : name => [
      for reference in keys(lookup(function, "grants", {})) : split("/", reference)[0]
      if !contains(local.served, reference)
    ]
  }
  served = [for name, bucket in local.buckets : "bucket/${name}" if can(bucket.served_at)]

  keyed = {
    for name in keys(local.functions) : name => [
      for statement in [
        { sid = "Decrypts", actions = ["kms:Decrypt"], services = local.decrypting[name] },
        { sid = "Encrypts", actions = ["kms:GenerateDataKey"], services = local.encrypting[name] },
        ] : {
        sid       = statement.sid
        actions   = statement.actions
        resources = [var.key_arn]
        conditions = [{
          test     = "StringEquals"
          variable = "kms:ViaService"
          values   = [for service in statement.services : "${service}.${var.region}.${local.dns_suffix}"]
        }]
      } if length(statement.services) > 0
    ]
  }

  only_as_sender = [{ test = "StringEquals", variable = "ses:FromAddress", values = [var.sender.address] }]

  # A statement's id has letters and digits only.
  sids = {
    for reference in keys(local.resources) :
    reference => join("", [for word in split("-", replace(reference, "/", "-")) : title(word)])
  }

  statements = {
    for name in keys(local.functions) :
    name => concat(local.granted[name], local.granted_indexes[name], local.implied[name], local.keyed[name])
  }
}
