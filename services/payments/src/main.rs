//! The program that Lambda starts for every function of this context.

fn main() -> std::process::ExitCode {
    lambda::main(payments::functions())
}
