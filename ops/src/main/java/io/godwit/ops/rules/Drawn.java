package io.godwit.ops.rules;

import java.util.Optional;

/**
 * A detection that a rule drew of a scenario. Times count from the scenario's beginning.
 *
 * @param vmId "" where it is one of the host
 * @param endsMillis empty where it was still open when the scenario was over
 */
record Drawn(String hostId, String vmId, long beginsMillis, Optional<Long> endsMillis, long value) {
    Drawn ended(long millis) {
        return new Drawn(hostId, vmId, beginsMillis, Optional.of(millis), value);
    }
}
