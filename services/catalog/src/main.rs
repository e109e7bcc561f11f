//! The deployable of the catalog context: every function of it, of which Lambda picks one.

fn main() -> std::process::ExitCode {
    lambda::main(catalog::functions())
}
