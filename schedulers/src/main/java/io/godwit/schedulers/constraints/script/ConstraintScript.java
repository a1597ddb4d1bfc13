package io.godwit.schedulers.constraints.script;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.constraints.Form;
import io.godwit.schedulers.constraints.Vocabulary;
import io.godwit.schedulers.constraints.Vocabulary.Shape;
import io.godwit.schedulers.constraints.script.Token.Kind;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Constraints as text: reads what operators write, and prints what can be read again. */
public final class ConstraintScript {
    /** Characters that a script may have. */
    public static final int TEXT_MAX = 1 << 20;

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_]+(?:[-/.:][A-Za-z0-9_]+)*");

    private final Tokens tokens;
    private final Faults faults = new Faults();
    private final Sets sets;
    private final List<Constraint> constraints = new ArrayList<>();

    private ConstraintScript(String text, Names names) {
        this.tokens = new Tokens(Lexer.tokens(text));
        this.sets = new Sets(tokens, names, faults);
    }

    /** Reads the whole script, past its faults too, so that all are told at once. */
    public static Reading read(String text, Names names) {
        if (text.length() > TEXT_MAX) {
            return new Reading.Refused(List.of(new Fault(
                    1,
                    1,
                    "the script has " + text.length() + " characters; give at most " + TEXT_MAX
                            + ", or split it into several scripts")));
        }
        return new ConstraintScript(text, names).read();
    }

    private Reading read() {
        while (!tokens.atEnd() && !faults.isFull() && !sets.isExhausted()) {
            try {
                statement();
            } catch (Misread wrong) {
                faults.add(wrong.fault());
                tokens.skipStatement();
            }
            sets.nextStatement();
        }
        return faults.isEmpty() ? new Reading.Understood(constraints) : new Reading.Refused(faults.all());
    }

    private void statement() {
        if (tokens.take(";")) {
            return;
        } else if (tokens.isNext(Kind.VARIABLE)) {
            sets.assignment();
        } else if (tokens.isNext(Kind.WORD)) {
            demand().ifPresent(constraints::add);
        } else {
            throw tokens.unexpected("a constraint or $NAME = …");
        }
        tokens.expect(";", "at the end of the statement");
    }

    private Optional<Constraint> demand() {
        Optional<When> said = Words.manner(tokens.peek().text());
        if (said.isPresent()) {
            tokens.next();
            if (!tokens.isNext(Kind.WORD)) {
                throw tokens.unexpected("a constraint");
            }
        }
        Token at = tokens.next();
        Vocabulary word = Vocabulary.of(at.text())
                .orElseThrow(() -> new Misread(
                        at, "no constraint is called " + at.shown() + Nearest.hint(at.text(), Words.all())));
        return new Arguments(word, tokens, sets, faults).read(at, said.orElse(word.whenUnsaid()));
    }

    /** One line for each constraint, all by ids: read as written, it means the same again. */
    public static String print(List<Constraint> constraints) {
        return constraints.stream().map(one -> print(one) + "\n").collect(Collectors.joining());
    }

    /** One constraint, by ids. */
    public static String print(Constraint constraint) {
        Form form = Form.of(constraint);
        Vocabulary word = form.word();
        Iterator<List<String>> vms = form.vms().iterator();
        Iterator<List<String>> hosts = form.hosts().iterator();
        List<String> arguments = new ArrayList<>();
        for (Shape shape : word.shapes()) {
            arguments.add(
                    switch (shape) {
                        case VMS -> print(vms.next());
                        case HOSTS -> print(hosts.next());
                        case VM_SETS -> printSets(form.vms());
                        case HOST_GROUPS -> printSets(form.hosts());
                        case RESOURCE -> form.resource().orElseThrow().name().toLowerCase(Locale.ROOT);
                        case AMOUNT, FACTOR, COUNT, DURATION -> Amounts.print(form.amount(), shape, form.resource());
                    });
        }
        String manner =
                form.when() == word.whenUnsaid() ? "" : form.when().name().toLowerCase(Locale.ROOT) + " ";
        return manner + word.word() + "(" + String.join(", ", arguments) + ");";
    }

    private static String printSets(List<List<String>> sets) {
        return sets.stream().map(set -> print(set)).collect(Collectors.joining(", ", "{", "}"));
    }

    private static String print(Iterable<String> ids) {
        StringBuilder text = new StringBuilder("{");
        for (String id : ids) {
            text.append(text.length() == 1 ? "" : ", ").append(PLAIN.matcher(id).matches() ? id : quoted(id));
        }
        return text.append('}').toString();
    }

    private static String quoted(String id) {
        return "\""
                + id.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r") + "\"";
    }
}
