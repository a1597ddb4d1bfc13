package io.godwit.ceprules.observations;

/** An observation as rules see it: immutable, so that no rule can change what another sees. */
public sealed interface ObservationView permits HostSample, VmNews, VmSeen, Probe, HostLoss, Sweep {
    long getObservation();

    long getAtMillis();
}
