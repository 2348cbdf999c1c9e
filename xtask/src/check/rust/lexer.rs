//! Splits Rust source into tokens, without comments and the contents of literals.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Ident(String),
    Text(String),
    /// `::`
    PathSep,
    /// Any other punctuation. Numbers and character literals are not needed and left out.
    Punct(char),
}

#[derive(Debug, Clone)]
pub struct Token {
    pub kind: Kind,
    /// Counted from 1.
    pub line: usize,
}

pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { chars: text.chars().collect(), at: 0, line: 1, tokens: vec![] };
    while lexer.step() {}
    lexer.tokens
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn push(&mut self, kind: Kind) {
        self.tokens.push(Token { kind, line: self.line });
    }

    fn step(&mut self) -> bool {
        let Some(c) = self.peek(0) else { return false };
        match (c, self.peek(1)) {
            ('/', Some('/')) => while self.peek(0).is_some_and(|c| c != '\n') && self.next().is_some() {},
            ('/', Some('*')) => self.block_comment(),
            ('"', _) => {
                self.next();
                self.quoted();
            }
            ('\'', _) => self.character_or_lifetime(),
            (':', Some(':')) => {
                self.push(Kind::PathSep);
                self.at += 2;
            }
            _ if c.is_alphabetic() || c == '_' => self.word(),
            _ if c.is_ascii_digit() => while self.peek(0).is_some_and(is_word) && self.next().is_some() {},
            _ => {
                if !c.is_whitespace() {
                    self.push(Kind::Punct(c));
                }
                self.next();
            }
        }
        true
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (Some('*'), Some('/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                (None, _) => return,
                _ => {
                    self.next();
                }
            }
        }
    }

    fn quoted(&mut self) {
        let (line, mut text) = (self.line, String::new());
        while let Some(c) = self.next() {
            match c {
                '"' => break,
                '\\' => {
                    self.next();
                }
                _ => text.push(c),
            }
        }
        self.tokens.push(Token { kind: Kind::Text(text), line });
    }

    fn raw(&mut self, hashes: usize) {
        let (line, start) = (self.line, self.at);
        while let Some(c) = self.next() {
            if c == '"' && (0..hashes).all(|i| self.peek(i) == Some('#')) {
                break;
            }
        }
        let text = self.chars[start..self.at.saturating_sub(1).max(start)].iter().collect();
        self.at += hashes;
        self.tokens.push(Token { kind: Kind::Text(text), line });
    }

    fn character_or_lifetime(&mut self) {
        self.next();
        match (self.peek(0), self.peek(1)) {
            (Some('\\'), _) => {
                self.next();
                self.next();
                while self.next().is_some_and(|c| c != '\'') {}
            }
            (Some(_), Some('\'')) => {
                self.next();
                self.next();
            }
            _ => while self.peek(0).is_some_and(is_word) && self.next().is_some() {},
        }
    }

    fn word(&mut self) {
        let mut word = String::new();
        while let Some(c) = self.peek(0).filter(|c| is_word(*c)) {
            word.push(c);
            self.at += 1;
        }
        let prefix = matches!(word.as_str(), "r" | "b" | "br" | "c" | "cr");
        let hashes = self.chars[self.at..].iter().take_while(|c| **c == '#').count();
        if prefix && word.contains('r') && self.peek(hashes) == Some('"') {
            self.at += hashes + 1;
            self.raw(hashes);
        } else if prefix && self.peek(0) == Some('"') {
            self.at += 1;
            self.quoted();
        } else if word == "b" && self.peek(0) == Some('\'') {
            self.character_or_lifetime();
        } else if word == "r" && hashes == 1 && self.peek(1).is_some_and(is_word) {
            self.at += 1;
            self.word();
        } else {
            self.push(Kind::Ident(word));
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_literals_and_lifetimes_hide_nothing_else() {
        let text = "/* a /* b */ c */ x 'q' '\\'' b'\"' \"no::p\\\"e\" r#\"raw \" more\"# &'a y // crate::z\n crate::k 0x1f r#type b\"s\"";
        let words: Vec<_> = tokens(text)
            .into_iter()
            .filter_map(|t| match t.kind {
                Kind::Ident(word) => Some((word, t.line)),
                _ => None,
            })
            .collect();
        let expected = [("x", 1), ("y", 1), ("crate", 2), ("k", 2), ("type", 2)];
        assert_eq!(words, expected.map(|(w, l)| (w.to_owned(), l)));
        let texts: Vec<_> = tokens(text).into_iter().filter(|t| matches!(t.kind, Kind::Text(_))).collect();
        assert_eq!(texts[1].kind, Kind::Text("raw \" more".to_owned()));
        assert_eq!(texts.len(), 3);
    }
}
