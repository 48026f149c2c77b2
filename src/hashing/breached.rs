//! Passwords that everybody who guesses tries first: 18,000 from real breaches, of 8 characters and more.
//!
//! `breached.txt` is sorted, and each line says in its first character how much it shares with the line before
//! (`'0'` + count); so it takes 99 kB in the binary. `scripts/breached` makes it; `breached.txt.license` says
//! from what.

const LIST: &str = include_str!("breached.txt");

/// Whether `password` is on the list, in upper or lower case. Takes 0.3 ms in a release build.
pub fn contains(password: &str) -> bool {
    let password = password.to_lowercase();
    let mut entry = String::new();
    LIST.lines().any(|line| {
        let (shared, rest) = line.split_at(1);
        entry.truncate(usize::from(shared.as_bytes()[0] - b'0'));
        entry.push_str(rest);
        entry == password
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_holds_what_it_says() {
        assert_eq!(LIST.lines().count(), 18_000);
        assert!(LIST.len() < 100_000);
    }

    #[test]
    fn what_was_breached_is_found_in_any_case() {
        for password in ["password", "1234567890", "iloveyou", "qwertyuiop", "1Qaz2wsx", "PASSWORD1"] {
            assert!(contains(password), "{password}");
        }
    }

    #[test]
    fn what_was_not_breached_is_not_found() {
        for password in ["", "0", "pass", "password ", "correct horse battery staple", "passwort-für-jörg"]
        {
            assert!(!contains(password), "{password}");
        }
    }
}
