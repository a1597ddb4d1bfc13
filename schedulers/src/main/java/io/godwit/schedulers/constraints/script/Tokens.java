package io.godwit.schedulers.constraints.script;

import io.godwit.schedulers.constraints.script.Token.Kind;
import java.util.List;

/** Where in the tokens of a script its reader is. */
final class Tokens {
    private final List<Token> tokens;
    private int at;

    Tokens(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    private Token afterPeek() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    boolean atEnd() {
        return peek().kind() == Kind.END;
    }

    /** The end is never passed. */
    Token next() {
        Token token = peek();
        if (!atEnd()) {
            at++;
        }
        return token;
    }

    boolean isNext(Kind kind) {
        return peek().kind() == kind;
    }

    /** Whether a word comes that opens a call. */
    boolean isCallNext(String word) {
        return isNext(Kind.WORD) && peek().text().equals(word) && afterPeek().is("(");
    }

    /** Takes the symbol if it is next. */
    boolean take(String symbol) {
        if (!peek().is(symbol)) {
            return false;
        }
        at++;
        return true;
    }

    /** @param where what the symbol would have gone on with or ended, for the message */
    Token expect(String symbol, String where) {
        if (!peek().is(symbol)) {
            throw unexpected("\"" + symbol + "\" " + where);
        }
        return next();
    }

    /** What stands here is not what could. */
    Misread unexpected(String expected) {
        Token found = peek();
        return found.kind() == Kind.UNREADABLE
                ? new Misread(found, found.text())
                : new Misread(found, "found " + found.shown() + " where " + expected + " was expected");
    }

    /** Goes to the next statement: behind the next semicolon, or to a later line that begins like a statement. */
    void skipStatement() {
        int line = tokens.get(Math.max(0, at - 1)).line();
        while (!atEnd()) {
            Token token = peek();
            if (token.line() > line && beginsStatement(token)) {
                return;
            }
            at++;
            if (token.is(";")) {
                return;
            }
        }
    }

    private boolean beginsStatement(Token token) {
        return switch (token.kind()) {
            case VARIABLE -> afterPeek().is("=");
            case WORD -> Words.beginsDemand(token.text());
            case QUOTED, SYMBOL, UNREADABLE, END -> false;
        };
    }
}
