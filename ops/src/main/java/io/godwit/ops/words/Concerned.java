package io.godwit.ops.words;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/**
 * Hosts and VMs that an event names, in whatever part of it, by id.
 *
 * @param hostIds subjects, sources, targets, members of a host partition
 * @param vmIds those that were moved, acted on, or weighed and left
 */
public record Concerned(Set<String> hostIds, Set<String> vmIds) {
    public static Concerned by(IndexedRecord event) {
        Concerned found = new Concerned(new TreeSet<>(), new TreeSet<>());
        found.look(event);
        return found;
    }

    /** Whether it is about the site as a whole. */
    public boolean nobody() {
        return hostIds.isEmpty() && vmIds.isEmpty();
    }

    private void look(Object value) {
        switch (value) {
            case IndexedRecord record -> {
                for (Schema.Field field : record.getSchema().getFields()) {
                    look(field.name(), record.get(field.pos()));
                }
            }
            case Collection<?> items -> items.forEach(this::look);
            case null, default -> {} // names nobody
        }
    }

    private void look(String name, Object value) {
        if (!(value instanceof CharSequence text)) {
            look(value);
        } else if (!text.isEmpty()) {
            if (name.equals("hostId") || name.endsWith("HostId") || name.equals("initiator")) {
                hostIds.add(text.toString());
            } else if (name.equals("vmId")) {
                vmIds.add(text.toString());
            }
        }
    }
}
