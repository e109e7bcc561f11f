//! The deployable of the orders context: Lambda names the function in `_HANDLER`.

fn main() -> std::process::ExitCode {
    lambda::main(orders::functions())
}
