package io.godwit.ittests.planted.monitors.hosts.libvirt;

import com.sun.jna.Pointer;
import org.libvirt.Connect;

/** Right: this is where libvirt and JNA belong. */
public record Connection(Connect connect, Pointer pointer) {}
