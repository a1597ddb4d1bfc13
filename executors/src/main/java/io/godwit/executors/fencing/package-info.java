/** Making sure that a host is down, with proof, before its VMs are started elsewhere. */
package io.godwit.executors.fencing;
