package io.godwit.schedulers.constraints.script;

import java.util.ArrayList;
import java.util.List;

/** What an expression stands for. */
sealed interface Value {
    /**
     * A name, and what is called so.
     *
     * @param at where it is written, or where a variable stands for it
     * @param vms ids of VMs; one, or several where it is ambiguous
     * @param hosts ids of hosts, in the same way
     */
    record Name(Token at, String text, List<String> vms, List<String> hosts) implements Value {}

    record Group(List<Value> members) implements Value {
        public Group {
            members = List.copyOf(members);
        }
    }

    /** Stands for a part whose fault was told already. */
    record Broken() implements Value {}

    /** What it holds at the top; a name is a set of itself. */
    static List<Value> members(Value value) {
        return value instanceof Group group ? group.members() : List.of(value);
    }

    /** All names within, in order. */
    static List<Name> names(Value value) {
        List<Name> names = new ArrayList<>();
        collect(value, names);
        return names;
    }

    private static void collect(Value value, List<Name> names) {
        switch (value) {
            case Name name -> names.add(name);
            case Group group -> group.members().forEach(member -> collect(member, names));
            case Broken _ -> {}
        }
    }

    static boolean isBroken(Value value) {
        return switch (value) {
            case Name _ -> false;
            case Group group -> group.members().stream().anyMatch(Value::isBroken);
            case Broken _ -> true;
        };
    }
}
