/** What the platform asks of Consul beyond Spring Cloud: watched keys, and instances that leave rotation when they fail. */
@NullMarked
package dev.faultline.discovery;

import org.jspecify.annotations.NullMarked;
