//! Reads the forms of AWS's query protocol into the tree that their dotted names describe.
//!
//! `A.member.1.Id=x` becomes `{"A": {"member": {"1": {"Id": "x"}}}}`. A parameter without a value is an empty list, or
//! absent: it is left out.

use serde_json::{Map, Value};

/// Deeper than anything that SNS has, and shallow enough for any stack.
const DEEPEST: usize = 12;

/// The tree of a form.
pub(super) fn tree(form: &str) -> Result<Value, String> {
    let mut root = Map::new();
    for (name, value) in form_urlencoded::parse(form.as_bytes()) {
        if value.is_empty() {
            continue;
        }
        let path: Vec<&str> = name.split('.').collect();
        let (Some((last, parents)), true) = (path.split_last(), path.len() <= DEEPEST) else {
            return Err(format!("{name} is nested too deep"));
        };
        let mut place = &mut root;
        for part in parents {
            let child = place.entry(*part).or_insert_with(|| Value::Object(Map::new()));
            place = child.as_object_mut().ok_or_else(|| format!("{name} is given as a value and as a structure"))?;
        }
        if place.insert((*last).to_owned(), value.into_owned().into()).is_some() {
            return Err(format!("{name} is given twice"));
        }
    }
    Ok(Value::Object(root))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dotted_names_are_a_tree() {
        let form = "Action=PublishBatch&E.member.1.Id=a&E.member.1.Message=x%20%26+y&E.member.2.Id=b&Empty=";
        let expected = json!({
            "Action": "PublishBatch",
            "E": { "member": { "1": { "Id": "a", "Message": "x & y" }, "2": { "Id": "b" } } },
        });
        assert_eq!(tree(form), Ok(expected));
        for bad in ["a=1&a.b=2", "a.b=1&a=2", "a=1&a=2", &format!("{}=1", "a.".repeat(50))] {
            assert!(tree(bad).is_err(), "{bad}");
        }
    }
}
