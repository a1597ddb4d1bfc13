package io.godwit.schedulers.constraints.script;

import io.godwit.schedulers.constraints.script.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Cuts a script into tokens, and drops spaces and comments ({@code # …}, {@code // …}, and those between slash and star). */
final class Lexer {
    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private int lineStart;

    private Lexer(String text) {
        this.text = text;
    }

    /** The last one is the end. */
    static List<Token> tokens(String text) {
        Lexer lexer = new Lexer(text);
        if (text.startsWith("\uFEFF")) { // a byte order mark, as some editors leave it
            lexer.at = 1;
            lexer.lineStart = 1;
        }
        while (lexer.at < text.length()) {
            lexer.step();
        }
        lexer.add(Kind.END, "", text.length());
        return lexer.tokens;
    }

    private void step() {
        char here = text.charAt(at);
        if (here == '\n' || here == '\r') {
            newLine();
        } else if (Character.isWhitespace(here) || here == '\u00A0') {
            at++;
        } else if (here == '#' || text.startsWith("//", at)) {
            while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
                at++;
            }
        } else if (text.startsWith("/*", at)) {
            comment();
        } else if (here == '"') {
            quoted();
        } else if (here == '$') {
            variable();
        } else if (isOfWord(at)) {
            word();
        } else if (text.startsWith("..", at)) {
            at += 2;
            add(Kind.SYMBOL, "..", at - 2);
        } else if ("(){}[],;=+-".indexOf(here) >= 0) {
            at++;
            add(Kind.SYMBOL, String.valueOf(here), at - 1);
        } else {
            int from = at;
            at += Character.charCount(text.codePointAt(at));
            add(Kind.UNREADABLE, "the character " + name(text.codePointAt(from)) + " has no meaning here", from);
        }
    }

    private static String name(int character) {
        return Character.isISOControl(character) || !Character.isDefined(character)
                ? "U+%04X".formatted(character)
                : "\"" + Character.toString(character) + "\"";
    }

    private void newLine() {
        at += text.startsWith("\r\n", at) ? 2 : 1;
        line++;
        lineStart = at;
    }

    private void comment() {
        int from = at;
        int fromLine = line;
        int fromColumn = at - lineStart + 1;
        int end = text.indexOf("*/", from + 2);
        while (at < (end < 0 ? text.length() : end)) {
            if (text.charAt(at) == '\n' || text.charAt(at) == '\r') {
                newLine();
            } else {
                at++;
            }
        }
        if (end < 0) {
            tokens.add(new Token(Kind.UNREADABLE, "this comment has no end; close it with */", fromLine, fromColumn));
        } else {
            at = end + 2;
        }
    }

    private void quoted() {
        int from = at;
        StringBuilder name = new StringBuilder();
        at++;
        while (at < text.length() && "\"\n\r".indexOf(text.charAt(at)) < 0) {
            if (text.charAt(at) == '\\' && at + 1 < text.length() && "\"\\nr".indexOf(text.charAt(at + 1)) >= 0) {
                at++;
                name.append(
                        switch (text.charAt(at)) {
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            default -> text.charAt(at);
                        });
            } else {
                name.append(text.charAt(at));
            }
            at++;
        }
        if (at >= text.length() || text.charAt(at) != '"') {
            add(Kind.UNREADABLE, "this name has no closing quote on its line", from);
        } else {
            at++;
            add(Kind.QUOTED, name.toString(), from);
        }
    }

    private void variable() {
        int from = at;
        at++;
        while (isOfWord(at)) {
            at++;
        }
        add(
                at == from + 1 ? Kind.UNREADABLE : Kind.VARIABLE,
                at == from + 1 ? "$ needs a name after it" : text.substring(from + 1, at),
                from);
    }

    /** Letters, digits and underscores, joined by single hyphens, slashes, dots and colons; a range may follow a joint. */
    private void word() {
        int from = at;
        while (isOfWord(at) || isJoint(at)) {
            at++;
        }
        add(Kind.WORD, text.substring(from, at), from);
    }

    private boolean isOfWord(int index) {
        return index < text.length() && (Character.isLetterOrDigit(text.charAt(index)) || text.charAt(index) == '_');
    }

    private boolean isJoint(int index) {
        return index + 1 < text.length()
                && "-/.:".indexOf(text.charAt(index)) >= 0
                && (isOfWord(index + 1) || text.charAt(index + 1) == '[');
    }

    private void add(Kind kind, String shown, int from) {
        tokens.add(new Token(kind, shown, line, from - lineStart + 1));
    }
}
