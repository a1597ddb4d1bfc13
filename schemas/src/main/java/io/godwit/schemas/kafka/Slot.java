package io.godwit.schemas.kafka;

/**
 * A place for one process of a service. A process that starts again in its slot takes up its segments at once; two
 * processes in one slot fence each other. The slot is the group instance id and part of the transactional id.
 *
 * @param service "monitor", "cep", "scheduler", "executor", "overlay", "sealer"
 * @param name name within the service and site; stable over restarts, as in "1" or "host7-1"
 */
public record Slot(String service, String name) {
    /** As it stands in events, metrics and group instance ids. */
    @Override
    public String toString() {
        return service + "-" + name;
    }

    /** Consumer group of the service at a site. */
    public String group(String site) {
        return site + "." + service;
    }

    /** Transactional id of this slot at a site; stable, so that a restarted process fences its zombie. */
    public String transactionalId(String site) {
        return site + "." + this;
    }
}
