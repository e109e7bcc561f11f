//! Tables of inputs and outputs, for the README of each Terraform module.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use hcl::{
    Block, Body, Expression, Value,
    eval::{Context, Evaluate},
    format::{Format, Formatter},
};

use super::{Document, replaced};

const BEGIN: &str = "<!-- generated: inputs and outputs -->";
const END: &str = "<!-- end generated -->";

/// The README of each module and of the bootstrap, as it has to be.
///
/// # Errors
/// A file cannot be read, or a variable or an output is not described.
pub fn readmes(root: &Path) -> anyhow::Result<Vec<Document>> {
    let modules = root.join("terraform/modules");
    let entries = fs::read_dir(&modules).with_context(|| modules.display().to_string())?;
    let mut folders = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    folders.push(root.join("terraform/bootstrap"));
    folders.sort();
    folders.iter().map(|folder| readme(root, folder)).collect()
}

fn readme(root: &Path, folder: &Path) -> anyhow::Result<Document> {
    let path = folder.join("README.md");
    let before = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let mut interface = Interface::default();
    for source in sources(folder)? {
        let text = fs::read_to_string(&source).with_context(|| source.display().to_string())?;
        let body = hcl::parse(&text).with_context(|| source.display().to_string())?;
        interface.read(&body).with_context(|| source.display().to_string())?;
    }
    let path = path.strip_prefix(root).unwrap_or(&path).to_owned();
    let text = replaced(&path, &before, BEGIN, END, &interface.tables())?;
    Ok(Document { path, text })
}

fn sources(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "tf") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// What goes in and out of a module, as rows of tables.
#[derive(Debug, Default)]
struct Interface {
    inputs: Vec<String>,
    outputs: Vec<String>,
}

impl Interface {
    fn read(&mut self, body: &Body) -> anyhow::Result<()> {
        for block in body.blocks() {
            let name = block.labels().first().map(|label| label.as_str()).unwrap_or_default();
            match block.identifier() {
                "variable" => self.inputs.push(input(name, block)?),
                "output" => self.outputs.push(format!("| `{name}` | {} |", description("output", name, block)?)),
                _ => {}
            }
        }
        Ok(())
    }

    fn tables(&self) -> String {
        let mut text = String::new();
        let tables = [
            ("Inputs", "| input | type | default | what it is |\n| --- | --- | --- | --- |", &self.inputs),
            ("Outputs", "| output | what it is |\n| --- | --- |", &self.outputs),
        ];
        for (title, head, rows) in tables {
            let none = ["None.".to_owned()];
            let lines = if rows.is_empty() { &none[..] } else { rows };
            let head = if rows.is_empty() { "" } else { head };
            let _ = writeln!(text, "### {title}\n\n{}\n", [&[head.to_owned()], lines].concat().join("\n").trim());
        }
        text.trim_end().to_owned() + "\n"
    }
}

fn input(name: &str, block: &Block) -> anyhow::Result<String> {
    let description = description("variable", name, block)?;
    let Some(kind) = attribute(block, "type") else { bail!("the variable {name} has no type") };
    let default = attribute(block, "default").map_or(Ok("required".to_owned()), code)?;
    let marks: Vec<&str> = ["ephemeral", "sensitive"]
        .into_iter()
        .filter(|mark| attribute(block, mark) == Some(&Expression::Bool(true)))
        .collect();
    let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
    Ok(format!("| `{name}` | {} | {default} | {description}{marks} |", code(kind)?))
}

/// A description, on one line.
fn description(kind: &str, name: &str, block: &Block) -> anyhow::Result<String> {
    let described = attribute(block, "description").map(|text| text.evaluate(&Context::new())).transpose()?;
    match described {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(cell(&text.trim().replace('\n', "<br>"))),
        _ => bail!("the {kind} {name} has no description"),
    }
}

fn attribute<'a>(block: &'a Block, name: &str) -> Option<&'a Expression> {
    block.body().attributes().find(|attribute| attribute.key() == name).map(|attribute| attribute.expr())
}

/// An expression as code, on one line.
fn code(expression: &Expression) -> anyhow::Result<String> {
    let mut formatter = Formatter::builder().compact(true).build_vec();
    let text = expression.format_string(&mut formatter)?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(format!("`{}`", cell(&text)))
}

/// Text for a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<Interface> {
        let mut interface = Interface::default();
        interface.read(&hcl::parse(text)?)?;
        Ok(interface)
    }

    #[test]
    fn inputs_and_outputs_become_rows() {
        let text = r#"
            variable "kind" {
              description = <<-EOT
                One of
                `a` | `b`.
              EOT
              type        = object({ name = string, size = optional(number, 3) })
              default     = { name = "x" }
            }
            variable "secret" {
              description = "A secret."
              type        = map(string)
              ephemeral   = true
              sensitive   = true
            }
            output "arn" {
              description = "Its ARN."
              value       = aws_x.this.arn
            }
        "#;
        let interface = read(text).unwrap();
        assert_eq!(
            interface.inputs[0],
            "| `kind` | `object({ name = string, size = optional(number, 3) })` | `{ name = \"x\" }` | \
             One of<br>`a` \\| `b`. |"
        );
        assert_eq!(interface.inputs[1], "| `secret` | `map(string)` | required | A secret. (ephemeral, sensitive) |");
        assert_eq!(interface.outputs, ["| `arn` | Its ARN. |"]);
        assert!(interface.tables().starts_with("### Inputs\n\n| input | type |"), "{}", interface.tables());
        assert!(Interface::default().tables().contains("### Outputs\n\nNone.\n"));
    }

    #[test]
    fn what_is_not_described_is_refused() {
        let fault = |text: &str| read(text).unwrap_err().to_string();
        assert_eq!(fault(r#"variable "x" { type = string }"#), "the variable x has no description");
        assert_eq!(fault(r#"variable "x" { description = "An x." }"#), "the variable x has no type");
        assert_eq!(fault(r#"output "y" { value = 1 }"#), "the output y has no description");
    }
}
