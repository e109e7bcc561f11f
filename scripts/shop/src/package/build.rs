//! Compiles the contexts for Amazon Linux 2023, with zig as the linker and C compiler: it has every architecture's libc, so
//! that no other cross-compiler and no container is needed.

use std::{
    env, fmt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::tools;

/// The zig toolchain and cargo's way to use it, from PyPI.
const ZIG: [&str; 2] = ["ziglang==0.17.1", "cargo-zigbuild==0.24.1"];

/// The C library of Amazon Linux 2023, which `provided.al2023` runs on.
const GLIBC: &str = "2.34";

/// Set in `.cargo/config.toml`. Without it, cold starts are half a second slower: docs/adr/0001-one-binary-per-context.md.
const NO_JITTER: &str = "AWS_LC_SYS_NO_JITTER_ENTROPY";

/// A processor architecture, by Lambda's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// Graviton: a fifth cheaper per second than x86_64.
    Arm64,
    /// Intel and AMD.
    #[value(name = "x86_64")]
    #[serde(rename = "x86_64")]
    X86,
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Arm64 => "arm64",
            Self::X86 => "x86_64",
        })
    }
}

impl Architecture {
    /// Rust's name of the target.
    pub fn target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86 => "x86_64-unknown-linux-gnu",
        }
    }
}

/// Compiles `wanted` of `contexts`. Each one's name and executable.
///
/// All contexts are named to cargo even when few are wanted: the features of shared dependencies are decided over all of
/// them, so that a context's executable does not depend on which others are built with it.
///
/// # Errors
/// A tool is missing, or the code does not compile.
pub fn binaries(
    root: &Path,
    architecture: Architecture,
    contexts: &[String],
    wanted: &[String],
) -> anyhow::Result<Vec<(String, PathBuf)>> {
    if env::var(NO_JITTER).as_deref() != Ok("1") {
        bail!(
            "{NO_JITTER} is not 1, which .cargo/config.toml sets: run `cargo shop package`, with that variable unset"
        );
    }
    let root = root.canonicalize().with_context(|| root.display().to_string())?;
    add_target(&root, architecture)?;
    let zig = tools::python("zig", &ZIG)?;
    let target_folder = root.join("target");
    let mut cargo = Command::new(zig.join("cargo-zigbuild"));
    cargo.args(["zigbuild", "--locked", "--profile", "lambda", "--target"]);
    cargo.arg(format!("{}.{GLIBC}", architecture.target())).arg("--target-dir").arg(&target_folder);
    cargo.args(contexts.iter().flat_map(|context| ["--package", context]));
    cargo.args(wanted.iter().flat_map(|context| ["--bin", context]));
    let folders = env::join_paths(
        [zig.canonicalize()?].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())),
    )?;
    cargo.env("PATH", folders).current_dir(&root);
    same_everywhere(&mut cargo, architecture, &prefixes(&root)?);
    let status = cargo.status().context("cargo-zigbuild cannot be run: remove target/tools/zig, and try again")?;
    if !status.success() {
        bail!("the contexts do not compile ({status})");
    }
    let built = target_folder.join(architecture.target()).join("lambda");
    Ok(wanted.iter().map(|context| (context.clone(), built.join(context))).collect())
}

/// Compiles `contexts` for this machine as the tests are compiled, which costs nothing but their linking where the tests were.
/// Each one's name and executable, without what is there for debuggers.
///
/// # Errors
/// The code does not compile.
pub fn development_binaries(root: &Path, contexts: &[String]) -> anyhow::Result<Vec<(String, PathBuf)>> {
    // All of the workspace: with other packages chosen, dependencies would have other features, and be compiled again.
    let arguments = ["build", "--locked", "--workspace", "--bins"];
    let status = Command::new("cargo").args(arguments).current_dir(root).status().context("cargo cannot be run")?;
    if !status.success() {
        bail!("the contexts do not compile ({status})");
    }
    let folder = root.join("target/development");
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let strip = |context: &String| {
        let stripped = folder.join(context);
        let built = root.join("target/debug").join(context);
        tools::run(Command::new("strip").arg("-o").arg(&stripped).arg(built))?;
        Ok((context.clone(), stripped))
    };
    contexts.iter().map(strip).collect()
}

/// Installs Rust's standard library for the target, if it is missing.
fn add_target(root: &Path, architecture: Architecture) -> anyhow::Result<()> {
    let target = architecture.target();
    let library = rustc(root, &["--print", "target-libdir", "--target", target])?;
    if Path::new(&library).is_dir() {
        return Ok(());
    }
    tracing::warn!("installing Rust's standard library for {target}: rustup target add {target}");
    let added = tools::run(Command::new("rustup").args(["target", "add", target]).current_dir(root));
    added.with_context(|| format!("Rust's standard library for {target} is needed"))
}

fn rustc(root: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("rustc").args(arguments).current_dir(root).output().context("rustc cannot be run")?;
    if !output.status.success() {
        bail!("rustc {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Folders of this machine that would be written into executables (in the places of panics), and what stands for them.
fn prefixes(root: &Path) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let home = home.context("cargo's folder is unknown: set CARGO_HOME")?;
    let sources = Path::new(&rustc(root, &["--print", "sysroot"])?).join("lib/rustlib/src/rust");
    let version = rustc(root, &["--version", "--verbose"])?;
    let hash = version.lines().find_map(|line| line.strip_prefix("commit-hash: "));
    let hash = hash.context("rustc does not say its commit")?;
    Ok(vec![
        (home, "/cargo".to_owned()),
        // What the precompiled standard library has in the same place.
        (sources, format!("/rustc/{hash}")),
        (root.to_owned(), "/emporium".to_owned()),
    ])
}

/// Has the compilers write the same bytes whatever the folder. Flags of the user's own environment are set aside.
fn same_everywhere(cargo: &mut Command, architecture: Architecture, prefixes: &[(PathBuf, String)]) {
    let map = |flag: &str| -> Vec<String> {
        prefixes.iter().map(|(from, to)| format!("{flag}={}={to}", from.display())).collect()
    };
    // Separated by a character that no path has, unlike RUSTFLAGS.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", map("--remap-path-prefix").join("\x1f")).env_remove("RUSTFLAGS");
    let quoted: Vec<_> = map("-ffile-prefix-map").iter().map(|flag| format!("'{flag}'")).collect();
    cargo.env(format!("CFLAGS_{}", architecture.target().replace('-', "_")), quoted.join(" "));
    cargo.env("CC_SHELL_ESCAPED_FLAGS", "1").env_remove("CFLAGS").env_remove("TARGET_CFLAGS");
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    fn variables(folder: &str) -> Vec<(String, Option<String>)> {
        let mut cargo = Command::new("cargo");
        same_everywhere(&mut cargo, Architecture::Arm64, &[(PathBuf::from(folder), "/emporium".to_owned())]);
        let text = |value: &OsStr| value.to_string_lossy().into_owned();
        cargo.get_envs().map(|(name, value)| (text(name), value.map(text))).collect()
    }

    #[test]
    fn folders_are_mapped_in_rust_and_in_c() {
        let variables = variables("/a b");
        let set = |name: &str| variables.iter().find(|(set, _)| set == name).unwrap().1.clone();
        assert_eq!(set("CARGO_ENCODED_RUSTFLAGS").unwrap(), "--remap-path-prefix=/a b=/emporium");
        assert_eq!(set("CFLAGS_aarch64_unknown_linux_gnu").unwrap(), "'-ffile-prefix-map=/a b=/emporium'");
        assert_eq!((set("RUSTFLAGS"), set("CFLAGS")), (None, None));
    }

    #[test]
    fn the_folders_of_this_machine_are_known() {
        let prefixes = prefixes(&crate::commands::docs::root()).unwrap();
        assert!(prefixes.iter().any(|(from, _)| from.join("registry").is_dir()), "{prefixes:?}");
        assert!(prefixes.iter().any(|(_, to)| to.len() == "/rustc/".len() + 40), "{prefixes:?}");
    }
}
