package io.godwit.schedulers.constraints.script;

import io.godwit.schedulers.constraints.script.Token.Kind;
import io.godwit.schedulers.constraints.script.Value.Group;
import io.godwit.schedulers.constraints.script.Value.Name;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads sets of VMs and hosts: names, ranges, variables, racks, unions and differences. */
final class Sets {
    private static final int RANGE_MAX = 10_000;
    private static final int DEPTH_MAX = 16;

    /** Bounds the work that a script may ask for: variables may name each other, so short texts may mean long lists. */
    private static final int NAMES_MAX = 2_000_000;

    private final Tokens tokens;
    private final Names names;
    private final Faults faults;
    private final Map<String, Value> variables = new TreeMap<>();
    private final Map<String, Integer> lines = new TreeMap<>(); // on which a variable was set
    private int handled;
    private int depth;

    Sets(Tokens tokens, Names names, Faults faults) {
        this.tokens = tokens;
        this.names = names;
        this.faults = faults;
    }

    /** Whether the script asks for more names than it may. */
    boolean isExhausted() {
        return handled > NAMES_MAX;
    }

    /** {@code $NAME = set}. */
    void assignment() {
        Token variable = tokens.next();
        tokens.expect("=", "after $" + variable.text());
        Value value = new Value.Broken(); // known from here on, so that its uses tell no second fault
        try {
            value = value();
        } finally {
            set(variable, value);
        }
    }

    private void set(Token variable, Value value) {
        if (variable.text().startsWith("ALL_")) {
            faults.add(variable, "$" + variable.text() + " is given and cannot be set; take a name without ALL_");
        } else if (variables.putIfAbsent(variable.text(), value) != null) {
            faults.add(
                    variable,
                    "$" + variable.text() + " is set on line " + lines.get(variable.text())
                            + " already; take another name");
        } else {
            lines.put(variable.text(), variable.line());
        }
    }

    /** A set, or sets joined by + or -. */
    Value value() {
        depth++;
        if (depth > DEPTH_MAX) {
            throw new Misread(
                    tokens.peek(), "sets are nested deeper than " + DEPTH_MAX + "; name the inner ones with variables");
        }
        Value value = part();
        while (tokens.peek().is("+") || tokens.peek().is("-")) {
            boolean plus = tokens.next().is("+");
            Value other = part();
            value = plus ? union(value, other) : difference(value, other);
        }
        depth--;
        return value;
    }

    /** Forgets how deep the statement was that could not be read. */
    void nextStatement() {
        depth = 0;
    }

    private Value part() {
        if (tokens.take("(")) {
            Value value = value();
            tokens.expect(")", "after the set in brackets");
            return value;
        } else if (tokens.take("{")) {
            return literal();
        } else if (tokens.isNext(Kind.VARIABLE)) {
            return variable(tokens.next());
        } else if (tokens.isNext(Kind.QUOTED)) {
            Token name = tokens.next();
            return name(name, name.text());
        } else if (tokens.isCallNext("rack")) {
            return rack();
        } else if (tokens.isNext(Kind.WORD)) {
            Token name = tokens.next();
            return tokens.take("[") ? range(name) : name(name, name.text());
        }
        throw tokens.unexpected("a set or a name");
    }

    private Value literal() {
        List<Value> members = new ArrayList<>();
        if (tokens.take("}")) {
            return new Group(members);
        }
        do {
            members.add(value());
        } while (tokens.take(","));
        tokens.expect("}", "or \",\" after a member of a set");
        return new Group(members);
    }

    private Value variable(Token variable) {
        Value value = switch (variable.text()) {
            case "ALL_VMS" ->
                group(names.allVms().stream().map(id -> vm(variable, id)).toList());
            case "ALL_HOSTS", "ALL_NODES" -> hosts(variable, names.allHosts());
            case "ALL_RACKS" ->
                group(names.hostsByRack().values().stream()
                        .map(hosts -> hosts(variable, hosts))
                        .toList());
            default -> variables.get(variable.text());
        };
        if (value == null) {
            List<String> known = new ArrayList<>(List.of("$ALL_VMS", "$ALL_HOSTS", "$ALL_RACKS"));
            variables.keySet().forEach(name -> known.add("$" + name));
            faults.add(
                    variable,
                    "$" + variable.text() + " is not set before this" + Nearest.hint("$" + variable.text(), known));
            return new Value.Broken();
        }
        handle(variable, Value.names(value).size());
        return value;
    }

    private static Value vm(Token at, String id) {
        return new Name(at, id, List.of(id), List.of());
    }

    private static Value hosts(Token at, List<String> ids) {
        return group(ids.stream()
                .<Value>map(id -> new Name(at, id, List.of(), List.of(id)))
                .toList());
    }

    private static Value group(List<Value> members) {
        return new Group(members);
    }

    private Value rack() {
        Token word = tokens.next();
        tokens.expect("(", "after rack");
        if (!tokens.isNext(Kind.WORD) && !tokens.isNext(Kind.QUOTED)) {
            throw tokens.unexpected("the name of a rack");
        }
        Token named = tokens.next();
        tokens.expect(")", "after the name of a rack");
        List<String> found = names.racks(named.text());
        if (found.size() != 1) {
            faults.add(
                    named,
                    found.isEmpty()
                            ? "no rack is called " + named.shown() + Nearest.hint(named.text(), names.allRacks())
                            : ambiguous(named.shown(), "racks", found));
            return new Value.Broken();
        }
        List<String> hosts = names.hostsByRack().getOrDefault(found.getFirst(), List.of("rack " + named.text()));
        handle(word, hosts.size());
        return hosts(named, hosts);
    }

    private Value name(Token at, String text) {
        handle(at, 1);
        List<String> vms = names.vms(text);
        List<String> hosts = names.hosts(text);
        if (vms.isEmpty() && hosts.isEmpty()) {
            faults.add(
                    at,
                    "no VM or host is called \"" + text + "\""
                            + (faults.isFull() ? "" : Nearest.hint(text, names.all())));
            return new Value.Broken();
        }
        return new Name(at, text, vms, hosts);
    }

    /** {@code NAME[5..8]} or {@code NAME[1, 4..6]}; numbers keep the zeros with which the first one begins. */
    private Value range(Token prefix) {
        List<Value> members = new ArrayList<>();
        do {
            Token first = number();
            Token last = tokens.take("..") ? number() : first;
            long from = Long.parseLong(first.text());
            long to = Long.parseLong(last.text());
            if (to < from) {
                throw new Misread(first, "the range " + from + ".." + to + " is empty; write the smaller number first");
            }
            if (to - from >= RANGE_MAX - members.size()) {
                throw new Misread(
                        first,
                        "the range " + from + ".." + to + " has " + (to - from + 1) + " names; give at most "
                                + RANGE_MAX + " in one pair of brackets");
            }
            int width = first.text().startsWith("0") ? first.text().length() : 1;
            for (long number = from; number <= to; number++) {
                String digits = Long.toString(number);
                Value member = name(prefix, prefix.text() + "0".repeat(Math.max(0, width - digits.length())) + digits);
                members.add(member);
                if (member instanceof Value.Broken) { // the rest of a range that is wrong tells nothing new
                    break;
                }
            }
        } while (tokens.take(","));
        tokens.expect("]", "after a range");
        return new Group(members);
    }

    private Token number() {
        if (!tokens.isNext(Kind.WORD) || !tokens.peek().text().matches("[0-9]{1,18}")) {
            throw tokens.unexpected("a whole number of at most 18 digits");
        }
        return tokens.next();
    }

    private static Value union(Value one, Value other) {
        List<Value> members = new ArrayList<>(Value.members(one));
        members.addAll(Value.members(other));
        return new Group(members);
    }

    /** Without these names, however deep they stand; a set that is left without any goes as well. */
    private static Value difference(Value from, Value what) {
        if (Value.isBroken(from) || Value.isBroken(what)) {
            return new Value.Broken();
        }
        Set<String> vms = new HashSet<>();
        Set<String> hosts = new HashSet<>();
        for (Name name : Value.names(what)) {
            vms.addAll(name.vms());
            hosts.addAll(name.hosts());
        }
        return without(from, vms, hosts);
    }

    private static Value without(Value from, Set<String> vms, Set<String> hosts) {
        List<Value> kept = new ArrayList<>();
        for (Value member : Value.members(from)) {
            switch (member) {
                case Name name -> {
                    if (name.vms().stream().noneMatch(vms::contains)
                            && name.hosts().stream().noneMatch(hosts::contains)) {
                        kept.add(name);
                    }
                }
                case Group group -> {
                    Value rest = without(group, vms, hosts);
                    if (!Value.members(rest).isEmpty()) {
                        kept.add(rest);
                    }
                }
                case Value.Broken broken -> kept.add(broken);
            }
        }
        return new Group(kept);
    }

    private void handle(Token at, int more) {
        handled = Math.min(NAMES_MAX, handled) + more;
        if (isExhausted()) {
            throw new Misread(
                    at,
                    "the script handles more than " + NAMES_MAX + " names from here on; split it into several scripts");
        }
    }

    static String ambiguous(String named, String kind, List<String> found) {
        String some = String.join(", ", found.subList(0, Math.min(3, found.size())));
        return found.size() + " " + kind + " are called " + named + " (" + some + (found.size() > 3 ? ", …" : "")
                + "); name the one that is meant by its " + (kind.equals("VMs") ? "id" : "full name or id");
    }
}
