package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.EventBean;
import com.espertech.esper.common.client.EventSender;
import com.espertech.esper.common.client.configuration.Configuration;
import com.espertech.esper.runtime.client.EPDeployException;
import com.espertech.esper.runtime.client.EPEventService;
import com.espertech.esper.runtime.client.EPRuntime;
import com.espertech.esper.runtime.client.EPRuntimeProvider;
import com.espertech.esper.runtime.client.EPStatement;
import com.espertech.esper.runtime.client.UpdateListener;
import io.godwit.ceprules.detections.Signal;
import io.godwit.ceprules.observations.HostLoss;
import io.godwit.ceprules.observations.HostSample;
import io.godwit.ceprules.observations.ObservationView;
import io.godwit.ceprules.observations.Probe;
import io.godwit.ceprules.observations.Sweep;
import io.godwit.ceprules.observations.VmNews;
import io.godwit.ceprules.observations.VmSeen;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One Esper runtime: the rules of one segment, either the built-in ones or the operators'. Its clock is the log's time. Used
 * by one thread.
 */
public final class SegmentRuntime implements AutoCloseable {
    private static final AtomicLong COUNTER = new AtomicLong();

    /** Signals kept of one observation; more of them is a flood, and rows beyond are counted only. */
    private static final int SIGNALS_MAX = 100_000;

    private final EPRuntime runtime;
    private final EPEventService events;
    private final List<Signal> signals = new ArrayList<>();
    private final List<Runnable> loans = new ArrayList<>();
    private final boolean builtIn;
    private final Optional<EventSender> samples;
    private final Optional<EventSender> news;
    private final Optional<EventSender> seen;
    private final Optional<EventSender> probes;
    private final Optional<EventSender> losses;
    private final Optional<EventSender> sweeps;
    private boolean held;
    private long nowMillis;
    private long engineMillis;
    private long rows;

    /**
     * @param builtIn whether these are the rules that came with the product; the others see less
     * @param startMillis log time at which the clock begins
     */
    public SegmentRuntime(boolean builtIn, List<CompiledRule> rules, long startMillis) {
        Configuration settings = builtIn ? EngineSettings.forBuiltIn() : EngineSettings.forOperators();
        this.builtIn = builtIn;
        this.runtime = EPRuntimeProvider.getRuntime("segment-" + COUNTER.incrementAndGet(), settings);
        this.events = runtime.getEventService();
        events.advanceTime(startMillis);
        this.nowMillis = startMillis;
        this.engineMillis = startMillis;
        try {
            for (CompiledRule rule : rules) {
                RuleClasses.Deployed deployed = rule.classes().deploy(runtime);
                loans.add(deployed.giveBack());
                SignalReader reader = new SignalReader(rule);
                for (EPStatement statement : deployed.deployment().getStatements()) {
                    if (reader.reads(statement.getEventType().getPropertyNames())) {
                        statement.addListener(listener(reader));
                    }
                }
            }
        } catch (EPDeployException wrong) {
            runtime.destroy();
            throw new IllegalStateException("a compiled rule cannot be deployed: " + wrong.getMessage(), wrong);
        }
        this.samples = sender("HostSample", rules);
        this.news = sender("VmNews", rules);
        this.seen = sender("VmSeen", rules);
        this.probes = sender("Probe", rules);
        this.losses = sender("HostLoss", rules);
        this.sweeps = sender("Sweep", rules);
    }

    private UpdateListener listener(SignalReader reader) {
        return (arrived, _, _, _) -> {
            if (arrived != null && !(held && builtIn)) {
                rows += arrived.length;
                for (EventBean row : arrived) {
                    if (signals.size() < SIGNALS_MAX) {
                        reader.read(row, signals);
                    }
                }
            }
        };
    }

    /** Whether the output of the built-in rules is thrown away unread, while the look-back is fed. */
    public void hold(boolean hold) {
        held = hold;
    }

    /** Moves the clock, never back; the engine's own follows when something is due, or is fed. */
    public void advance(long millis) {
        if (millis > nowMillis) {
            nowMillis = millis;
            Long due = events.getNextScheduledTime();
            if (due != null && due <= millis) {
                follow();
            }
        }
    }

    private void follow() {
        if (engineMillis < nowMillis) {
            engineMillis = nowMillis;
            events.advanceTime(nowMillis);
        }
    }

    /** Feeds one view at the present time. */
    public void feed(ObservationView view) {
        switch (view) {
            case HostSample _ -> send(samples, view);
            case VmNews _ -> send(news, view);
            case VmSeen _ -> send(seen, view);
            case Probe _ -> send(probes, view);
            case HostLoss _ -> send(losses, view);
            case Sweep _ -> send(sweeps, view);
        }
    }

    private void send(Optional<EventSender> to, ObservationView view) {
        if (to.isPresent()) {
            follow();
            to.get().sendEvent(view);
        }
    }

    /** Empty where no rule speaks of such events: an operators' rule names what it reads, and the others read all. */
    private Optional<EventSender> sender(String view, List<CompiledRule> rules) {
        boolean read =
                builtIn || rules.stream().anyMatch(rule -> rule.rule().text().contains(view));
        return read && (builtIn || EngineSettings.operatorsViews().contains(view))
                ? Optional.of(events.getEventSender(view))
                : Optional.empty();
    }

    /** What the rules said since the last call, in the order of rules and subjects. */
    public List<Signal> drain() {
        if (signals.isEmpty()) {
            return List.of();
        }
        List<Signal> drained = new ArrayList<>(signals);
        signals.clear();
        drained.sort(Signal.ORDER);
        return drained;
    }

    /** Rows of all statements that speak of hosts since the last call. */
    public long takeRows() {
        long taken = rows;
        rows = 0;
        return taken;
    }

    @Override
    public void close() {
        runtime.destroy();
        loans.forEach(Runnable::run);
        loans.clear();
    }
}
