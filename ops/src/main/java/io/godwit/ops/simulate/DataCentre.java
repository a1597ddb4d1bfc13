package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.simulated.model.DataCentreModel;
import io.godwit.monitors.hosts.simulated.model.Happening;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The hosts on the virtual clock: lets the model come to each moment at which something happens, and passes that on. */
final class DataCentre {
    /** Is told how a migration ended. */
    interface Waiter {
        void ended(Happening end);
    }

    private final Agenda agenda;
    private final DataCentreModel model;
    private final List<Consumer<HostEvent>> listeners = new ArrayList<>();
    private final Map<String, List<Waiter>> waiting = new HashMap<>();
    private long dueMicros = Long.MAX_VALUE;

    DataCentre(Agenda agenda, DataCentreModel model) {
        this.agenda = agenda;
        this.model = model;
        wake();
    }

    /** Is told what hosts tell. */
    void listen(Consumer<HostEvent> listener) {
        listeners.add(listener);
    }

    /** The model as of now. */
    DataCentreModel model() {
        advance();
        return model;
    }

    /** Does something to the hosts now; what comes of it is told at this moment too. */
    void change(Consumer<DataCentreModel> change) {
        change.accept(model());
        agenda.in(0, this::advance); // not before the caller is done
        wake();
    }

    /** Somebody waits for the end of a migration. */
    void await(String commandId, Waiter waiter) {
        waiting.computeIfAbsent(commandId, _ -> new ArrayList<>()).add(waiter);
        wake();
    }

    /** What hosts tell comes first, so that whoever hears of a migration's end sees where the VM is. */
    private void advance() {
        model.advance(agenda.nowMicros());
        List<Happening> happenings = model.takeHappenings();
        for (Happening happening : happenings) {
            if (happening instanceof Happening.Told told) {
                listeners.forEach(listener -> listener.accept(told.event()));
            }
        }
        for (Happening happening : happenings) {
            switch (happening) {
                case Happening.Told _ -> {} // told before
                case Happening.MigrationEnded end -> end(end.commandId(), end);
                case Happening.SourceLost end -> end(end.commandId(), end);
            }
        }
    }

    private void end(String commandId, Happening end) {
        List<Waiter> waiters = waiting.remove(commandId);
        if (waiters != null) {
            waiters.forEach(waiter -> waiter.ended(end));
        }
    }

    private void wake() {
        long next = model.nextMicros();
        if (next < dueMicros) {
            dueMicros = next;
            agenda.at(next, () -> {
                if (dueMicros <= agenda.nowMicros()) {
                    dueMicros = Long.MAX_VALUE;
                    advance();
                    wake();
                }
            });
        }
    }
}
