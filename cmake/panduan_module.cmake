# panduan_module(NAME DEPS other modules… LIBRARIES third parties…)
#
# One folder under src/ is one static library. DEPS are the modules it may include, LIBRARIES what only it may include;
# tests/arch reads these same lines. Every *_test.cpp beside the sources goes into the program NAME_test.
function(panduan_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPS;LIBRARIES")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "*.cpp" "*.c")
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS "*_test.cpp")
  list(REMOVE_ITEM sources ${tests} "${CMAKE_CURRENT_SOURCE_DIR}/main.cpp")
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${name} PUBLIC ${arg_DEPS} PRIVATE panduan_flags ${arg_LIBRARIES})
  if(tests AND PANDUAN_BUILD_TESTS)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} panduan_flags panduan_testing ${arg_LIBRARIES})
    # What may read documents starts itself as a worker.
    if(name STREQUAL "documents" OR "documents" IN_LIST arg_DEPS)
      target_link_libraries(${name}_test PRIVATE panduan_testing_with_workers documents)
    endif()
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES TIMEOUT ${PANDUAN_TEST_TIMEOUT} ENVIRONMENT "${PANDUAN_TEST_ENVIRONMENT}")
  endif()
endfunction()
