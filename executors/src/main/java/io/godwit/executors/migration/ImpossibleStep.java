package io.godwit.executors.migration;

/** A state and a command that cannot meet: only a bug brings them together. */
public final class ImpossibleStep extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    ImpossibleStep(Migration migration, MigrationCommand command) {
        super(command + " cannot happen to " + migration);
    }
}
