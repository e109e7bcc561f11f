# The emulator forgets everything when it stops; delete the state with it.
terraform {
  backend "local" {}
}
