package io.godwit.schedulers.constraints.script;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.Resource;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.constraints.Form;
import io.godwit.schedulers.constraints.Vocabulary;
import io.godwit.schedulers.constraints.Vocabulary.Shape;
import io.godwit.schedulers.constraints.script.Token.Kind;
import io.godwit.schedulers.constraints.script.Value.Name;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads what stands between a constraint's brackets, by the shapes that its word takes. */
final class Arguments {
    private final Vocabulary word;
    private final Tokens tokens;
    private final Sets sets;
    private final Faults faults;
    private final List<List<String>> vms = new ArrayList<>();
    private final List<List<String>> hosts = new ArrayList<>();
    private Optional<Resource> resource = Optional.empty();
    private long amount;
    private boolean broken; // a fault was told, so there will be no constraint

    Arguments(Vocabulary word, Tokens tokens, Sets sets, Faults faults) {
        this.word = word;
        this.tokens = tokens;
        this.sets = sets;
        this.faults = faults;
    }

    /** Reads them all; empty where a fault was told. */
    Optional<Constraint> read(Token at, When when) {
        String written = "; it is written " + word.usage();
        tokens.expect("(", "after " + word.word() + written);
        boolean first = true;
        for (Shape shape : word.shapes()) {
            if (!first) {
                tokens.expect(",", "between what " + word.word() + " takes" + written);
            }
            first = false;
            read(shape);
        }
        tokens.expect(")", "after all that " + word.word() + " takes" + written);
        if (broken) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Form(word, when, vms, hosts, resource, amount).constraint());
        } catch (IllegalArgumentException wrong) {
            faults.add(at, wrong.getMessage());
            return Optional.empty();
        }
    }

    private void read(Shape shape) {
        switch (shape) {
            case VMS -> vms.add(ids(sets.value(), "VM", Name::vms));
            case HOSTS -> hosts.add(ids(sets.value(), "host", Name::hosts));
            case VM_SETS -> vms.addAll(idSets("VM", Name::vms));
            case HOST_GROUPS -> hosts.addAll(idSets("host", Name::hosts));
            case RESOURCE -> readResource();
            case AMOUNT, FACTOR, COUNT, DURATION -> readAmount(shape);
        }
    }

    private List<List<String>> idSets(String kind, Function<Name, List<String>> idsOf) {
        Token at = tokens.peek();
        List<List<String>> ids = new ArrayList<>();
        for (Value member : Value.members(sets.value())) {
            if (member instanceof Name name) {
                faults.add(
                        at,
                        "%s takes a set of sets of %ss here, and \"%s\" stands in it alone; write {$A, $B} or {{%s, …}, {…}}"
                                .formatted(word.word(), kind, name.text(), name.text()));
                broken = true;
                return List.of();
            }
            ids.add(ids(member, kind, idsOf));
        }
        return ids;
    }

    private List<String> ids(Value value, String kind, Function<Name, List<String>> idsOf) {
        broken |= Value.isBroken(value);
        Set<String> ids = new LinkedHashSet<>();
        for (Name name : Value.names(value)) {
            List<String> found = idsOf.apply(name);
            if (found.size() == 1) {
                if (!ids.add(found.getFirst()) && word == Vocabulary.SEQ) {
                    fault(name, "\"" + name.text() + "\" stands twice in a seq, which is an order; name it once");
                }
            } else if (found.isEmpty()) {
                String is = kind.equals("VM") ? "host" : "VM";
                fault(
                        name,
                        "\"%s\" is a %s; %s takes %ss here: %s"
                                .formatted(name.text(), is, word.word(), kind, word.usage()));
            } else {
                fault(name, Sets.ambiguous("\"" + name.text() + "\"", kind + "s", found));
            }
        }
        return List.copyOf(ids);
    }

    private void fault(Name name, String message) {
        faults.add(name.at(), message);
        broken = true;
    }

    private void readResource() {
        if (!tokens.isNext(Kind.WORD) && !tokens.isNext(Kind.QUOTED)) {
            throw tokens.unexpected("a resource (cpu, memory, network or disk)");
        }
        Token named = tokens.next();
        resource = Arrays.stream(Resource.values())
                .filter(one -> one.name().equalsIgnoreCase(named.text()))
                .findFirst();
        if (resource.isEmpty()) {
            List<String> known = Arrays.stream(Resource.values())
                    .map(one -> one.name().toLowerCase(Locale.ROOT))
                    .toList();
            throw new Misread(
                    named,
                    named.shown() + " is no resource; give cpu, memory, network or disk"
                            + Nearest.hint(named.text(), known));
        }
    }

    /** A number and its unit may be two words. */
    private void readAmount(Shape shape) {
        if (!tokens.isNext(Kind.WORD)) {
            throw tokens.unexpected("an amount, as in " + Amounts.example(shape, resource));
        }
        Token number = tokens.next();
        String text = tokens.isNext(Kind.WORD) ? number.text() + tokens.next().text() : number.text();
        try {
            amount = Amounts.parse(text, shape, resource);
        } catch (IllegalArgumentException wrong) {
            throw new Misread(number, wrong.getMessage());
        }
    }
}
