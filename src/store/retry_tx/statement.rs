//! Statements with their arguments: one, or several that are sent together.

use sqlx::{
    arguments::{Arguments, IntoArguments},
    database::{Database, HasStatementCache},
    encode::Encode,
    error::BoxDynError,
    query::Query,
    sql_str::{AssertSqlSafe, SqlSafeStr, SqlStr},
    types::Type,
};

/// One statement or several, whose parameters are `$1`, `$2`, ….
pub struct Statement<D: Database> {
    text: SqlStr,
    arguments: D::Arguments,
    /// Whether it may be kept prepared, by its text: then it always takes arguments of the same types.
    kept: bool,
    /// Number of statements.
    count: usize,
    fault: Option<BoxDynError>,
}

impl<D: HasStatementCache + Database<Arguments: Clone + IntoArguments<D>>> Statement<D> {
    /// Creates a statement of ours, without arguments yet.
    pub fn new(text: &'static str) -> Self {
        let (text, arguments) = (text.into_sql_str(), D::Arguments::default());
        Self { text, arguments, kept: true, count: 1, fault: None }
    }

    /// Creates a statement that is not kept prepared.
    pub fn once(text: SqlStr, arguments: D::Arguments) -> Self {
        Self { text, arguments, kept: false, count: 1, fault: None }
    }

    /// Adds a statement of ours after these, without arguments yet.
    pub fn then(mut self, text: &'static str) -> Self {
        let text = format!("{};\n{}", self.text.as_str(), renumbered(text, self.arguments.len()));
        self.text = AssertSqlSafe(text).into_sql_str();
        self.count += 1;
        self
    }

    /// Adds the next argument of the last statement.
    pub fn bind<'t, T: Encode<'t, D> + Type<D>>(mut self, value: T) -> Self {
        if let Err(fault) = self.arguments.add(value) {
            self.fault.get_or_insert(fault);
        }
        self
    }

    /// Returns the number of statements.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Takes the error of an argument that could not be encoded.
    pub fn fault(&mut self) -> Option<sqlx::Error> {
        self.fault.take().map(sqlx::Error::Encode)
    }

    /// Returns the query, after `opening`, kept prepared if the connection keeps any.
    pub fn query(&self, opening: Option<&str>, kept: bool) -> Query<'static, D, D::Arguments> {
        let text = match opening {
            Some(opening) => AssertSqlSafe(format!("{opening};\n{}", self.text.as_str())).into_sql_str(),
            None => self.text.clone(),
        };
        sqlx::query::query_with(text, self.arguments.clone()).persistent(kept && self.kept)
    }
}

/// Returns a statement of ours whose parameters begin at `$by + 1` instead of `$1`.
fn renumbered(text: &str, by: usize) -> String {
    let mut parts = text.split('$');
    let mut renumbered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        match number.parse::<usize>() {
            Ok(number) => renumbered.push_str(&format!("${}{rest}", number + by)),
            Err(_) => renumbered.push_str(&format!("${part}")),
        }
    }
    renumbered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_a_later_statement_follow_those_of_the_earlier_ones() {
        assert_eq!(renumbered("DELETE FROM people", 3), "DELETE FROM people");
        assert_eq!(
            renumbered("UPDATE a SET b = $2 WHERE c IN ($1, $10)", 3),
            "UPDATE a SET b = $5 WHERE c IN ($4, $13)"
        );
        assert_eq!(renumbered("SELECT '$', $1", 1), "SELECT '$', $2");
    }
}
