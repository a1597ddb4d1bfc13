/** All commands of the segments that this process owns: their order, their turn, their calls and looks. No Kafka here. */
package io.godwit.executors.work;
