# SPDX-License-Identifier: Apache-2.0
# What dcpipe's configure asks for more than once.

# DCPIPE_LIBRARY(PREFIX, NAME, MODULE, PACKAGE)
# An optional library: --with-NAME demands it, --without-NAME leaves it out, otherwise it is used if it is there. Sets
# have_NAME to yes or no, PREFIX_CFLAGS and PREFIX_LIBS, defines HAVE_PREFIX, and the conditional of that name. MODULE is
# pkg-config's; without one the library is lib NAME with the header NAME.h and a function NAME_init. If it is absent,
# why_NAME says what to do.
AC_DEFUN([DCPIPE_LIBRARY], [
  AC_ARG_WITH([$2], [AS_HELP_STRING([--without-$2], [do without ]m4_default([$3], [lib$2]))], [], [with_$2=check])
  have_$2=no
  AS_IF([test "x$with_$2" = xno], [why_$2="--without-$2"], [
    m4_ifval([$3],
      [PKG_CHECK_MODULES([$1], [$3], [have_$2=yes], [:])],
      [AC_CHECK_HEADER([$2.h], [AC_CHECK_LIB([$2], [$2_init], [have_$2=yes $1_LIBS=-l$2])])
       AC_SUBST([$1_LIBS])])
    why_$2="needs ]m4_default([$3], [lib$2])[, Debian's $4"
    AS_IF([test "x$with_$2$have_$2" = xyesno], [AC_MSG_ERROR([--with-$2: it is missing (Debian: $4)])])
  ])
  AS_VAR_IF([have_$2], [yes], [AC_DEFINE([HAVE_$1], [1], [Define if ]m4_default([$3], [lib$2])[ is used.])])
  AM_CONDITIONAL([HAVE_$1], [test "x$have_$2" = xyes])
])

# DCPIPE_PLUGIN(KIND, NAME, NEEDS)
# Says in the summary whether a plugin is built: it is if every have_NEED is yes. Its Makefile.am has the conditionals.
AC_DEFUN([DCPIPE_PLUGIN], [
  dcpipe_why=
  m4_ifval([$3], [m4_map_args_w([$3], [DCPIPE_NEED(], [)])])
  AS_IF([test "x$dcpipe_why" = x], [$1="$$1 $2"], [left_out="$left_out
    left out           $2:$dcpipe_why"])
])
AC_DEFUN([DCPIPE_NEED], [AS_IF([test "x$have_$1" != xyes], [dcpipe_why="${dcpipe_why:+$dcpipe_why;} $why_$1"])
])

# DCPIPE_DIRECTORY(NAME, DEFAULT, WHAT)
# A directory outside autoconf's own, --with-NAME=DIR; `no` puts it below the documentation, where nobody looks.
AC_DEFUN([DCPIPE_DIRECTORY], [
  AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1=DIR], [where files for $3 go @<:@$2@:>@])], [], [with_$1=yes])
  AS_CASE([$with_$1], [yes], [$1='$2'], [no], [$1='${docdir}/$1'], [$1=$with_$1])
  AC_SUBST([$1])
])

# DCPIPE_HARDENING
# What makes mistakes in memory harder to exploit, where the compiler and the linker have it, and --disable-hardening has not
# been asked for: HARDENING_CFLAGS for all that is compiled, HARDENING_LDFLAGS for all that is linked, PIE_CFLAGS and
# PIE_LDFLAGS for programs, empty where the compiler makes them so by itself.
AC_DEFUN([DCPIPE_HARDENING], [
  AC_ARG_ENABLE([hardening], [AS_HELP_STRING([--disable-hardening],
    [do without stack protector, _FORTIFY_SOURCE, RELRO and PIE])], [], [enable_hardening=yes])
  AS_VAR_IF([enable_hardening], [no], [], [
    AX_APPEND_COMPILE_FLAGS([-fstack-protector-strong -fstack-clash-protection], [HARDENING_CFLAGS], [-Werror])
    dnl In one word each: libtool takes a second "-z" for the same option given twice.
    AX_APPEND_LINK_FLAGS([-Wl,-zrelro -Wl,-znow], [HARDENING_LDFLAGS])
    dnl Without optimisation it does nothing but warn; sanitizers have checks of their own; whoever sets it knows which.
    AC_MSG_CHECKING([whether _FORTIFY_SOURCE is of use])
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
      #if !defined __OPTIMIZE__ || defined _FORTIFY_SOURCE || defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
      #error no
      #endif]])],
      [HARDENING_CFLAGS="$HARDENING_CFLAGS -D_FORTIFY_SOURCE=2"; AC_MSG_RESULT([yes])], [AC_MSG_RESULT([no])])
    AC_MSG_CHECKING([whether programs are position-independent by themselves])
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
      #ifndef __PIE__
      #error no
      #endif]])],
      [AC_MSG_RESULT([yes])],
      [AC_MSG_RESULT([no])
       AX_CHECK_COMPILE_FLAG([-fPIE], [AX_CHECK_LINK_FLAG([-pie], [PIE_CFLAGS=-fPIE PIE_LDFLAGS=-pie], [], [-fPIE])])])
  ])
  AC_SUBST([HARDENING_CFLAGS])
  AC_SUBST([HARDENING_LDFLAGS])
  AC_SUBST([PIE_CFLAGS])
  AC_SUBST([PIE_LDFLAGS])
])
