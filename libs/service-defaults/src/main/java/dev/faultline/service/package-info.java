/** What every service of the platform shares, switched on by being on the class path. */
@NullMarked
package dev.faultline.service;

import org.jspecify.annotations.NullMarked;
