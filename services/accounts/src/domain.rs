//! Which scopes follow from which groups.

/// Those who run the shop.
const ADMINS: &str = "admins";

/// The scope of those who buy, which every client may ask for.
const CUSTOMER: &str = "customer";

/// The scope of those who run the shop, which no client may ask for.
const ADMIN: &str = "admin";

/// The scopes that a token gets on top of those it was asked with: `admin` for an admin, under the same API's name as
/// `customer` (`shop/customer`, `shop/admin`). A token that was asked for without `customer` is not for this shop's API, and
/// gets nothing.
pub fn scopes_to_add(groups: &[String], scopes: &[String]) -> Vec<String> {
    if !groups.iter().any(|group| group == ADMINS) {
        return Vec::new();
    }
    let apis = scopes.iter().filter_map(|scope| match scope.rsplit_once('/') {
        Some((api, CUSTOMER)) => Some(format!("{api}/{ADMIN}")),
        None if scope == CUSTOMER => Some(ADMIN.to_owned()),
        _ => None,
    });
    apis.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(groups: &[&str], scopes: &[&str]) -> Vec<String> {
        let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        scopes_to_add(&texts(groups), &texts(scopes))
    }

    #[test]
    fn admins_may_run_the_shop_under_the_name_that_customers_buy_under() {
        assert_eq!(added(&["admins"], &["openid", "customer"]), ["admin"]);
        assert_eq!(added(&["staff", "admins"], &["shop/customer", "email"]), ["shop/admin"]);
    }

    #[test]
    fn nobody_else_gets_anything() {
        for groups in [&[][..], &["staff"], &["admin"], &["Admins"], &["notadmins"]] {
            assert!(added(groups, &["openid", "customer"]).is_empty(), "{groups:?}");
        }
    }

    #[test]
    fn a_token_for_something_else_is_left_alone() {
        for scopes in [&[][..], &["openid"], &["customers"], &["shop/customer/x"], &["x-customer"]] {
            assert!(added(&["admins"], scopes).is_empty(), "{scopes:?}");
        }
    }
}
