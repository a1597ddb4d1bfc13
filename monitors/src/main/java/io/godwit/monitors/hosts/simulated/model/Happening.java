package io.godwit.monitors.hosts.simulated.model;

import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationResult;

/** What the shell must tell after time has passed in the model. */
public sealed interface Happening {
    /** A host tells something. */
    record Told(HostEvent event) implements Happening {}

    /** A migration has ended. */
    record MigrationEnded(String commandId, MigrationResult result) implements Happening {}

    /** A migration has ended with its source, which can no longer be asked. */
    record SourceLost(String commandId, String detail) implements Happening {}
}
