account_id = "000000000000" # your AWS account
region     = "eu-central-1"
repository = "example/emporium"
stages     = ["dev"]
