//! The description of endpoints that are served at several paths.
use crate::platform::mounts::{ALSO_AT, operations};
use serde_json::Value;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{OpenApi, RefOr};

/// Gives an operation and the targets of its links the suffix, and refers to the first.
fn rename(operation: &mut Operation, first: &str, suffix: &str) {
    let named = |id: &str| format!("{id}_{suffix}");
    operation.operation_id = operation.operation_id.as_deref().map(named);
    operation.description = Some(format!("The same as `{first}`."));
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        for link in response.links.values_mut() {
            if let RefOr::T(link) = link {
                link.operation_id = named(&link.operation_id);
            }
        }
    }
}

/// The further paths that an operation names, with the suffix of each.
pub fn places(also_at: &Value) -> impl Iterator<Item = (&str, &str)> {
    let pairs = also_at.as_array().into_iter().flatten();
    pairs.filter_map(|pair| Some((pair.get(0)?.as_str()?, pair.get(1)?.as_str()?)))
}

/// Describes each operation at its further paths, too.
pub fn mount(api: &mut OpenApi) {
    let mut copies = vec![];
    for (first, item) in &mut api.paths.paths {
        let also = operations(item).filter_map(|operation| operation.extensions.take()).last();
        for (path, suffix) in also.iter().filter_map(|also| also.get(ALSO_AT)).flat_map(places) {
            let mut copy = item.clone();
            operations(&mut copy).for_each(|operation| rename(operation, first, suffix));
            copies.push((path.to_owned(), copy));
        }
    }
    api.paths.paths.extend(copies);
}
