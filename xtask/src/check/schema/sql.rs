//! Splits SQL into words, without comments; names and keywords in lower case.
use anyhow::{Result, bail};

/// The statements of a text, each a list of words and punctuation.
pub fn statements(text: &str) -> Result<Vec<Vec<String>>> {
    let mut chars = text.chars().peekable();
    let (mut statements, mut words) = (vec![], vec![]);
    while let Some(c) = chars.next() {
        match c {
            '-' if chars.peek() == Some(&'-') => while chars.next_if(|c| *c != '\n').is_some() {},
            '/' if chars.peek() == Some(&'*') => {
                let mut last = ' ';
                chars.next();
                while let Some(c) = chars.next().filter(|c| !(last == '*' && *c == '/')) {
                    last = c;
                }
            }
            '\'' | '"' => {
                let mut word = String::from(c);
                loop {
                    match chars.next() {
                        Some(end) if end == c => {
                            word.push(c);
                            // A doubled quote is an escaped quote.
                            match chars.next_if_eq(&c) {
                                Some(doubled) => word.push(doubled),
                                None => break,
                            }
                        }
                        Some(other) => word.push(other),
                        None => bail!("a quote without an end"),
                    }
                }
                words.push(word);
            }
            ';' => statements.push(std::mem::take(&mut words)),
            _ if c.is_whitespace() => {}
            _ if is_word(c) => {
                let mut word = c.to_lowercase().to_string();
                while let Some(c) = chars.next_if(|c| is_word(*c)) {
                    word.extend(c.to_lowercase());
                }
                words.push(word);
            }
            _ => words.push(c.to_string()),
        }
    }
    statements.push(words);
    statements.retain(|statement| !statement.is_empty());
    Ok(statements)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_quotes_stay_whole() {
        let found = statements("A (b) -- c; d\n; /* e; */ F 'g;''h' \"I\";\n").unwrap();
        assert_eq!(found, [vec!["a", "(", "b", ")"], vec!["f", "'g;''h'", "\"I\""]]);
        assert!(statements("'open").is_err());
    }
}
