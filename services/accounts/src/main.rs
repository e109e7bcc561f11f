//! The deployable of the accounts context: every function of it, of which Lambda picks one.

fn main() -> std::process::ExitCode {
    lambda::main(accounts::functions())
}
