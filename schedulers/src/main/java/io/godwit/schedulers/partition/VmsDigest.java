package io.godwit.schedulers.partition;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which VMs a host held when a plan for it was shown: a scheduler looks again once they are others. */
public final class VmsDigest {
    private VmsDigest() {}

    /** Hex digest of ids, whatever their order. */
    public static String of(Stream<String> vmIds) {
        String ids = vmIds.sorted().collect(Collectors.joining(" "));
        return Digests.sha256(ids.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }
}
