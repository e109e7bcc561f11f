//! The deployable of the inventory context: every function of it, of which Lambda picks one.

fn main() -> std::process::ExitCode {
    lambda::main(inventory::functions())
}
