//! The deployable of the notifications context: every function of it, of which Lambda picks one.

fn main() -> std::process::ExitCode {
    lambda::main(notifications::functions())
}
