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

use super::engine::Joins;

/// One statement or several, whose parameters are `$1`, `$2`, ….
pub struct Statement<D: Database> {
    parts: Vec<Part>,
    joins: Joins,
    arguments: D::Arguments,
    /// Whether it may be kept prepared, by its text: then it always takes arguments of the same types.
    kept: bool,
    fault: Option<BoxDynError>,
}

/// One of several statements.
struct Part {
    text: SqlStr,
    /// Number of arguments before its own.
    from: usize,
}

impl<D: HasStatementCache + Database<Arguments: Clone + IntoArguments<D>>> Statement<D> {
    /// Creates a statement of ours, without arguments yet.
    pub fn new(text: &'static str) -> Self {
        Self { kept: true, ..Self::once(text.into_sql_str(), D::Arguments::default()) }
    }

    /// Creates a statement that is not kept prepared.
    pub fn once(text: SqlStr, arguments: D::Arguments) -> Self {
        Self { parts: vec![Part { text, from: 0 }], joins: Joins::Never, arguments, kept: false, fault: None }
    }

    /// Adds a statement of ours to these, without arguments yet.
    pub fn join(mut self, joins: Joins, text: &'static str) -> Self {
        self.parts.push(Part { text: text.into_sql_str(), from: self.arguments.len() });
        Self { joins, ..self }
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
        self.parts.len()
    }

    /// True if this statement is one of them.
    pub fn contains(&self, text: &str) -> bool {
        self.parts.iter().any(|part| part.text.as_str() == text)
    }

    /// Takes the error of an argument that could not be encoded.
    pub fn fault(&mut self) -> Option<sqlx::Error> {
        self.fault.take().map(sqlx::Error::Encode)
    }

    /// Returns the query, after `opening`, kept prepared if the connection keeps any.
    pub fn query(&self, opening: Option<&str>, kept: bool) -> Query<'static, D, D::Arguments> {
        let text = match (opening, self.parts.as_slice()) {
            (None, [one]) => one.text.clone(),
            (Some(opening), _) => AssertSqlSafe(format!("{opening};\n{}", self.text())).into_sql_str(),
            (None, _) => AssertSqlSafe(self.text()).into_sql_str(),
        };
        sqlx::query::query_with(text, self.arguments.clone()).persistent(kept && self.kept)
    }

    fn text(&self) -> String {
        let mut parts: Vec<_> =
            self.parts.iter().map(|part| renumbered(part.text.as_str(), part.from)).collect();
        match (self.joins, parts.pop()) {
            (Joins::Apart, Some(last)) if !parts.is_empty() => {
                let named = parts.iter().enumerate().map(|(at, part)| format!("part_{at} AS ({part})"));
                format!("WITH {}\n{last}", named.collect::<Vec<_>>().join(",\n"))
            }
            (_, last) => {
                parts.extend(last);
                parts.join(";\n")
            }
        }
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

    #[cfg(feature = "sqlite")]
    #[test]
    fn several_statements_follow_each_other_or_are_parts_of_the_last() {
        let join = |joins| {
            let first = Statement::<sqlx_sqlite::Sqlite>::new("DELETE FROM a WHERE b = $1").bind(1);
            first.join(joins, "INSERT INTO c VALUES ($1)").bind(2).join(joins, "DELETE FROM d").text()
        };
        let in_order = "DELETE FROM a WHERE b = $1;\nINSERT INTO c VALUES ($2);\nDELETE FROM d";
        assert_eq!(join(Joins::InOrder), in_order);
        let apart = "WITH part_0 AS (DELETE FROM a WHERE b = $1),\npart_1 AS (INSERT INTO c VALUES ($2))\nDELETE FROM d";
        assert_eq!(join(Joins::Apart), apart);
    }
}
