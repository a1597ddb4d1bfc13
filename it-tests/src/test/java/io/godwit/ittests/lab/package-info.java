/** Godwit against real hosts: libvirt and QEMU in the lab of it-tests/lab. */
package io.godwit.ittests.lab;
