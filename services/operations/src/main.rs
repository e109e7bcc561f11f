//! The deployable of the operations context: every function of it, of which Lambda picks one.

fn main() -> std::process::ExitCode {
    lambda::main(operations::functions())
}
