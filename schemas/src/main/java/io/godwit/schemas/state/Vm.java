package io.godwit.schemas.state;

import io.godwit.schemas.events.VmState;
import java.time.Instant;
import java.util.Optional;

/**
 * A VM as the log tells it.
 *
 * @param name domain name; the id while it is unknown
 * @param hostId host whose newest sample lists it, or that holds its definition where no sample does
 * @param state as last observed; UNKNOWN where it never was
 * @param observed log time of the newest sample of its host; empty where no sample lists it
 * @param since log time since when it lives on this host: that of the migration that brought it, or of its first definition; empty
 *     where that was not read
 * @param cpuDemandMillicores CPU that it asked for
 * @param cpuUsedMillicores CPU that it got
 * @param memoryBytes host memory that it holds; the provisioned memory where no sample lists it
 * @param dirtyBytesPerSecond rate at which it dirties memory; -1: unknown
 */
public record Vm(
        String id,
        String name,
        int vcpus,
        String hostId,
        VmState state,
        Optional<Instant> observed,
        Optional<Instant> since,
        long cpuDemandMillicores,
        long cpuUsedMillicores,
        long memoryBytes,
        long dirtyBytesPerSecond) {}
