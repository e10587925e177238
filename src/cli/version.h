#pragma once
// PANDUAN_VERSION is set by CMake from project(VERSION).
#ifndef PANDUAN_VERSION
#error "PANDUAN_VERSION must be defined"
#endif
