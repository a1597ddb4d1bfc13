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
    private final EventSender samples;
    private final EventSender news;
    private final EventSender seen;
    private final EventSender probes;
    private final EventSender losses;
    private final EventSender sweeps;
    private boolean held;
    private long nowMillis;
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
        this.samples = events.getEventSender("HostSample");
        this.news = events.getEventSender("VmNews");
        this.seen = builtIn ? events.getEventSender("VmSeen") : null;
        this.probes = events.getEventSender("Probe");
        this.losses = events.getEventSender("HostLoss");
        this.sweeps = events.getEventSender("Sweep");
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

    /** Moves the clock, never back. */
    public void advance(long millis) {
        if (millis > nowMillis) {
            nowMillis = millis;
            events.advanceTime(millis);
        }
    }

    /** Feeds one view at the present time. */
    public void feed(ObservationView view) {
        switch (view) {
            case HostSample sample -> samples.sendEvent(sample);
            case VmNews change -> news.sendEvent(change);
            case VmSeen vm -> {
                if (builtIn) {
                    seen.sendEvent(vm);
                }
            }
            case Probe probe -> probes.sendEvent(probe);
            case HostLoss loss -> losses.sendEvent(loss);
            case Sweep sweep -> sweeps.sendEvent(sweep);
        }
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
