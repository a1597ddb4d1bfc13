/** A Kafka that wants to know who asks. */
package io.godwit.ittests.secured;
