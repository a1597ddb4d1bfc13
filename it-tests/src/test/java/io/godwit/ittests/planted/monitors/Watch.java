package io.godwit.ittests.planted.monitors;

import com.sun.jna.Pointer;
import org.libvirt.Connect;

/** Wrong: libvirt and JNA outside a package named libvirt. */
public record Watch(Connect connect, Pointer pointer) {}
