"""This module knows which Debian package has a shared library, for those that wheels need and do not bring along.

Debian's full list has tens of megabytes for each release. A package of a library is called by the name and the version
of the library, so that one table serves several releases; since Debian 13 some names have `t64` behind them.
https://www.debian.org/doc/debian-policy/ch-sharedlibs.html
"""

from __future__ import annotations

from typing import Optional

# Package, as Debian 13 calls it, and the libraries in it.
_TABLE = """\
libasound2t64: libasound.so.2
libatk-bridge2.0-0t64: libatk-bridge-2.0.so.0
libatk1.0-0t64: libatk-1.0.so.0
libatomic1: libatomic.so.1
libatspi2.0-0t64: libatspi.so.0
libblkid1: libblkid.so.1
libbluetooth3: libbluetooth.so.3
libbpf1: libbpf.so.1
libbrotli1: libbrotlidec.so.1 libbrotlienc.so.1
libbz2-1.0: libbz2.so.1.0
libcairo2: libcairo.so.2
libcap2: libcap.so.2
libcom-err2: libcom_err.so.2
libcrypt1: libcrypt.so.1
libct4: libct.so.4
libcups2t64: libcups.so.2
libcurl4t64: libcurl.so.4
libdb5.3t64: libdb-5.3.so
libdbus-1-3: libdbus-1.so.3
libdrm2: libdrm.so.2
libdw1t64: libdw.so.1
libegl1: libEGL.so.1
libelf1t64: libelf.so.1
libevent-2.1-7t64: libevent-2.1.so.7
libexpat1: libexpat.so.1
libfbclient2: libfbclient.so.2
libffi8: libffi.so.8
libfontconfig1: libfontconfig.so.1
libfreetype6: libfreetype.so.6
libfribidi0: libfribidi.so.0
libfuse2t64: libfuse.so.2
libfuse3-4: libfuse3.so.4
libgbm1: libgbm.so.1
libgcc-s1: libgcc_s.so.1
libgcrypt20: libgcrypt.so.20
libgdbm6t64: libgdbm.so.6
libgdk-pixbuf-2.0-0: libgdk_pixbuf-2.0.so.0
libgeoip1t64: libGeoIP.so.1
libgfortran5: libgfortran.so.5
libgirepository-1.0-1: libgirepository-1.0.so.1
libgl1: libGL.so.1
libgles2: libGLESv2.so.2
libglib2.0-0t64: libgio-2.0.so.0 libglib-2.0.so.0 libgmodule-2.0.so.0 libgobject-2.0.so.0 libgthread-2.0.so.0
libglu1-mesa: libGLU.so.1
libglut3.12: libglut.so.3
libglvnd0: libGLdispatch.so.0
libglx0: libGLX.so.0
libgmp10: libgmp.so.10
libgnutls30t64: libgnutls.so.30
libgomp1: libgomp.so.1
libgpgme11t64: libgpgme.so.11
libgpiod3: libgpiod.so.3
libgssapi-krb5-2: libgssapi_krb5.so.2
libgstreamer1.0-0: libgstbase-1.0.so.0 libgstreamer-1.0.so.0
libgtk-3-0t64: libgdk-3.so.0 libgtk-3.so.0
libharfbuzz0b: libharfbuzz.so.0
libhdf5-103-1: libhdf5_serial.so.103
libhidapi-hidraw0: libhidapi-hidraw.so.0
libhidapi-libusb0: libhidapi-libusb.so.0
libhwloc15: libhwloc.so.15
libi2c0: libi2c.so.0
libibverbs1: libibverbs.so.1
libice6: libICE.so.6
libidn2-0: libidn2.so.0
libjansson4: libjansson.so.4
libjpeg62-turbo: libjpeg.so.62
libk5crypto3: libk5crypto.so.3
libkrb5-3: libkrb5.so.3
liblcms2-2: liblcms2.so.2
libldap-2.5-0: liblber-2.5.so.0 libldap-2.5.so.0
libldap2: liblber.so.2 libldap.so.2
libldns3t64: libldns.so.3
libleveldb1d: libleveldb.so.1d
liblmdb0: liblmdb.so.0
libltdl7: libltdl.so.7
liblz4-1: liblz4.so.1
liblzma5: liblzma.so.5
libmagic1t64: libmagic.so.1
libmagickwand-6.q16-6: libMagickWand-6.Q16.so.6
libmariadb3: libmariadb.so.3
libmaxminddb0: libmaxminddb.so.0
libmemcached11t64: libmemcached.so.11
libmodbus5: libmodbus.so.5
libmount1: libmount.so.1
libmp3lame0: libmp3lame.so.0
libmpfr6: libmpfr.so.6
libncursesw6: libncursesw.so.6
libnghttp2-14: libnghttp2.so.14
libnspr4: libnspr4.so
libnss3: libnss3.so libnssutil3.so libsmime3.so libssl3.so
libnuma1: libnuma.so.1
libodbc2: libodbc.so.2
libodbcinst2: libodbcinst.so.2
libogg0: libogg.so.0
libopengl0: libOpenGL.so.0
libopenjp2-7: libopenjp2.so.7
libopus0: libopus.so.0
libosmesa6: libOSMesa.so.8
libpango-1.0-0: libpango-1.0.so.0
libpangocairo-1.0-0: libpangocairo-1.0.so.0
libpangoft2-1.0-0: libpangoft2-1.0.so.0
libpcap0.8t64: libpcap.so.0.8
libpcre2-8-0: libpcre2-8.so.0
libpng16-16t64: libpng16.so.16
libpoppler-glib8t64: libpoppler-glib.so.8
libportaudio2: libportaudio.so.2
libpq5: libpq.so.5
libproj25: libproj.so.25
libprotobuf32t64: libprotobuf.so.32
libpulse0: libpulse.so.0
libpython3.11: libpython3.11.so.1.0
libpython3.13: libpython3.13.so.1.0
libquadmath0: libquadmath.so.0
librdkafka1: librdkafka.so.1
librdmacm1t64: librdmacm.so.1
libreadline8t64: libreadline.so.8
librsvg2-2: librsvg-2.so.2
libsasl2-2: libsasl2.so.2
libseccomp2: libseccomp.so.2
libsecret-1-0: libsecret-1.so.0
libsm6: libSM.so.6
libsnappy1v5: libsnappy.so.1
libsndfile1: libsndfile.so.1
libsodium23: libsodium.so.23
libspatialindex-c6: libspatialindex_c.so.6
libsqlite3-0: libsqlite3.so.0
libssh2-1t64: libssh2.so.1
libssl3t64: libcrypto.so.3 libssl.so.3
libstdc++6: libstdc++.so.6
libsybdb5: libsybdb.so.5
libsystemd0: libsystemd.so.0
libtbb12: libtbb.so.12
libtcl8.6: libtcl8.6.so
libtesseract5: libtesseract.so.5
libtiff6: libtiff.so.6
libtinfo6: libtinfo.so.6
libtirpc3t64: libtirpc.so.3
libtk8.6: libtk8.6.so
libudev1: libudev.so.1
libunbound8: libunbound.so.8
libunwind8: libunwind.so.8
libusb-1.0-0: libusb-1.0.so.0
libuuid1: libuuid.so.1
libuv1t64: libuv.so.1
libv4l-0t64: libv4l2.so.0
libvips42t64: libvips.so.42
libvorbis0a: libvorbis.so.0
libvulkan1: libvulkan.so.1
libwayland-client0: libwayland-client.so.0
libwayland-cursor0: libwayland-cursor.so.0
libwayland-egl1: libwayland-egl.so.1
libwebp7: libwebp.so.7
libwebpdemux2: libwebpdemux.so.2
libwebpmux3: libwebpmux.so.3
libx11-6: libX11.so.6
libx11-xcb1: libX11-xcb.so.1
libxau6: libXau.so.6
libxcb-cursor0: libxcb-cursor.so.0
libxcb-glx0: libxcb-glx.so.0
libxcb-icccm4: libxcb-icccm.so.4
libxcb-image0: libxcb-image.so.0
libxcb-keysyms1: libxcb-keysyms.so.1
libxcb-randr0: libxcb-randr.so.0
libxcb-render-util0: libxcb-render-util.so.0
libxcb-render0: libxcb-render.so.0
libxcb-shape0: libxcb-shape.so.0
libxcb-shm0: libxcb-shm.so.0
libxcb-sync1: libxcb-sync.so.1
libxcb-util1: libxcb-util.so.1
libxcb-xfixes0: libxcb-xfixes.so.0
libxcb-xinerama0: libxcb-xinerama.so.0
libxcb-xkb1: libxcb-xkb.so.1
libxcb1: libxcb.so.1
libxcomposite1: libXcomposite.so.1
libxcursor1: libXcursor.so.1
libxdamage1: libXdamage.so.1
libxdmcp6: libXdmcp.so.6
libxext6: libXext.so.6
libxfixes3: libXfixes.so.3
libxft2: libXft.so.2
libxi6: libXi.so.6
libxinerama1: libXinerama.so.1
libxkbcommon-x11-0: libxkbcommon-x11.so.0
libxkbcommon0: libxkbcommon.so.0
libxml2: libxml2.so.2
libxmlsec1t64: libxmlsec1.so.1
libxmu6: libXmu.so.6
libxrandr2: libXrandr.so.2
libxrender1: libXrender.so.1
libxslt1.1: libexslt.so.0 libxslt.so.1
libxss1: libXss.so.1
libxt6t64: libXt.so.6
libxtst6: libXtst.so.6
libyaml-0-2: libyaml-0.so.2
libzbar0t64: libzbar.so.0
libzmq5: libzmq.so.5
libzstd1: libzstd.so.1
ocl-icd-libopencl1: libOpenCL.so.1
zlib1g: libz.so.1
"""
_SUFFIX = "t64"
_WITHOUT_SUFFIX = ("bullseye", "bookworm")
_PACKAGES = {
    library: package
    for package, _, libraries in (line.partition(":") for line in _TABLE.splitlines())
    for library in libraries.split()
}


def package_with(library: str, release: str) -> Optional[str]:
    """Return the Debian package that has a library; None where the table does not know it.

    :param library: as programs ask for it, `libGL.so.1`.
    :param release: the code name of the Debian release.
    """
    package = _PACKAGES.get(library)
    if package is None or release not in _WITHOUT_SUFFIX:
        return package
    return package[: -len(_SUFFIX)] if package.endswith(_SUFFIX) else package
