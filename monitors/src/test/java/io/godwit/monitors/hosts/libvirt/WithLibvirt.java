package io.godwit.monitors.hosts.libvirt;

import com.sun.jna.NativeLibrary;
import org.junit.jupiter.api.Assumptions;

/** Tests that need libvirt.so.0 ask here; without it they count as skipped, with the remedy. */
final class WithLibvirt {
    private WithLibvirt() {}

    static void orSkip() {
        try {
            NativeLibrary.getInstance("virt");
        } catch (UnsatisfiedLinkError missing) {
            Assumptions.abort("libvirt.so.0 is not installed (apt-get install libvirt0): not tested here");
        }
    }
}
