/**
 * Knows who is near whom, and mirrors each site's log to the other sites.
 */
package io.godwit.overlaysync;
